// A run's folder and the right to write in it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "data/io/folder_lock.h"

namespace elman {

// Holds the lock of a run directory until destroyed. A folder that was made for the run and in
// which nothing else came to be is deleted again.
class RunDirectory {
 public:
  // Creates the folder and locks it. While another process holds the lock, waits for `patience` for
  // it to end, then fails, naming it.
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
