// The right to write in a folder, for one process at a time.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Holds an exclusive lock on the file `lock` in a folder until destroyed. The file says who: host,
// process and job. A lock file that was made for the purpose is deleted again.
//
// Where the file system has no locks (Lustre mounted without flock), the file itself is the lock,
// and a process that is killed leaves it behind: it is taken over if that process was on this host,
// and must be deleted by hand otherwise, as the error says.
class FolderLock {
 public:
  // FailedPrecondition, naming the holder, if another process has the lock.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  FolderLock(std::string path, bool is_new, int fd)
      : path_(std::move(path)), is_new_(is_new), fd_(fd) {}
  const std::string path_;
  const bool is_new_;
  const int fd_;
};

// Who has the lock of `folder` now, in words; empty if nobody. Needs no right to write there.
std::string FolderLockHolder(const std::string& folder);

}  // namespace elman
