// The folder of a data set while it is being made. It gets its final name only when it is complete;
// an unfinished folder can be continued by a later run.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/folder_lock.h"

namespace elman {

// The folder "PATH.unfinished" until it is published. Locked for one process.
class OutputFolder {
 public:
  // Creates the folder and its missing parents. AlreadyExists if `path` exists and is not an empty
  // folder; FailedPrecondition if another run is using the folder.
  static absl::StatusOr<std::unique_ptr<OutputFolder>> Open(const std::string& path);

  // Calls Leave.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // The folder to write to before Publish.
  const std::string& work_path() const { return work_path_; }

  // Begins a run. `plan` is a text with everything that a continued run must have in common with
  // the earlier one. Returns true if the folder was left by a run with the same plan. Otherwise
  // deletes its files, except temporary ones, and sets `discarded` to whether there were any.
  absl::StatusOr<bool> Begin(const std::string& plan, bool* discarded);

  // Sets whether the contents are worth keeping after a failure. Before Begin it has no effect:
  // what an earlier run left is kept.
  void Keep(bool kept) {
    if (begun_) kept_ = kept;
  }
  bool kept() const { return kept_; }

  // Ends a run without publishing: removes the folder unless it is to be kept. Safe to call from
  // any thread.
  void Leave();

  // Renames the folder to `path`. It keeps only these files; all others are removed.
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
