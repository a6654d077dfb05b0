// A lock that lets one process at a time write to a folder.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Holds an exclusive lock on the file `lock` of a folder until it is destroyed. The file contains
// the host, process, elman-run (ELMAN_RUN_PROCESS) and job of the holder. If Take created the file,
// the destructor deletes it.
//
// On file systems without locks (Lustre mounted without flock), the file itself is the lock. If its
// process is killed, the file remains. It is taken over if that process ran on this host; otherwise
// it must be deleted by hand, as the error message says.
class FolderLock {
 public:
  // FailedPrecondition, with the holder, if another process has the lock.
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

// Describes the current holder of the lock of `folder`; empty if there is none. Needs no write
// permission.
std::string FolderLockHolder(const std::string& folder);

}  // namespace elman
