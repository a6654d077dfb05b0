// The folder of a data set on its way: it appears under its name only when it is complete, and a
// run that was ended before leaves it to the next one.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/folder_lock.h"

namespace elman {

// "PATH.unfinished" until it is published. One process at a time has it.
class OutputFolder {
 public:
  // AlreadyExists if there is something at `path`, but for an empty folder; FailedPrecondition if
  // another run is making it. Creates missing parents.
  static absl::StatusOr<std::unique_ptr<OutputFolder>> Open(const std::string& path);

  // As Leave.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Where to write meanwhile.
  const std::string& work_path() const { return work_path_; }

  // What a run that goes on must have in common with the one before, as a text. True if the folder
  // was left by a run of this plan; if not, it is emptied, but for temporary files, and `discarded`
  // says whether there was anything.
  absl::StatusOr<bool> Begin(const std::string& plan, bool* discarded);

  // Whether there is something worth keeping in it. Before Begin has judged it, what an earlier run
  // left is kept whatever is said here.
  void Keep(bool kept) {
    if (begun_) kept_ = kept;
  }
  bool kept() const { return kept_; }

  // The end of a run that does not publish: removes the folder, unless it is to be kept. Any thread
  // may call it.
  void Leave();

  // Makes it the folder at `path`, with these files; what else is in it is removed.
  absl::Status Publish(const std::set<std::string>& files);

 private:
  OutputFolder(std::string path, std::string work_path, std::unique_ptr<FolderLock> lock)
      : path_(std::move(path)), work_path_(std::move(work_path)), lock_(std::move(lock)) {}
  const std::string path_;
  const std::string work_path_;
  std::unique_ptr<FolderLock> lock_;
  std::atomic<bool> kept_ = false;
  bool begun_ = false;
  bool published_ = false;
};

}  // namespace elman
