// The folder of a run and the lock for writing to it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "data/io/folder_lock.h"

namespace elman {

// Holds the lock of a run directory until destroyed. Then deletes the folder if it was created for
// this run and is empty.
class RunDirectory {
 public:
  // Creates the folder and locks it. While another process holds the lock, waits up to `patience`,
  // then fails with the name of that process.
  static absl::StatusOr<std::unique_ptr<RunDirectory>> Open(
      const std::string& folder, absl::Duration patience = absl::Seconds(10));
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::string& folder() const { return folder_; }
  std::string config_path() const;
  std::string metrics_path() const;
  std::string heartbeat_path() const;
  std::string tensorboard_folder() const;
  std::string report_path() const;

 private:
  RunDirectory(std::string folder, bool is_new, std::unique_ptr<FolderLock> lock)
      : folder_(std::move(folder)), is_new_(is_new), lock_(std::move(lock)) {}

  const std::string folder_;
  const bool is_new_;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace elman
