#include "data/io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr char kLockName[] = "lock";
constexpr uint64_t kMaxHolderBytes = 4096;
constexpr int kMaxAttempts = 100;

std::string Me() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  std::string me = absl::StrCat("host ", host, ", process ", getpid());
  for (const char* variable : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    if (const char* job = std::getenv(variable)) return absl::StrCat(me, ", job ", job);
  }
  return me;
}

// Whether the descriptor's file is the one of that name still: its last holder may have deleted it.
bool IsStillThere(int fd, const std::string& path) {
  struct stat ours = {}, named = {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

absl::Status Sign(int fd, const std::string& path) {
  const std::string me = Me() + "\n";
  if (::ftruncate(fd, 0) == 0 &&
      ::pwrite(fd, me.data(), me.size(), 0) == static_cast<ssize_t>(me.size())) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, "write", path);
}

std::string HolderIn(const std::string& path) {
  absl::StatusOr<std::string> holder = ReadFile(path, kMaxHolderBytes);
  if (holder.ok()) absl::StripAsciiWhitespace(&*holder);
  return holder.ok() && !holder->empty() ? *holder : "unknown";
}

}  // namespace

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Take(const std::string& folder) {
  const std::string path = JoinPath(folder, kLockName);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    bool is_new = false;
    absl::StatusOr<int> opened = OpenRegularFile(path, O_RDWR | O_NOFOLLOW);
    if (absl::IsNotFound(opened.status())) {
      opened = OpenRegularFile(path, O_RDWR | O_CREAT | O_EXCL);
      if (absl::IsAlreadyExists(opened.status())) continue;
      is_new = true;
    }
    ASSIGN_OR_RETURN(const int fd, opened);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      if (IsStillThere(fd, path)) {
        auto lock = std::unique_ptr<FolderLock>(new FolderLock(path, is_new, fd));
        RETURN_IF_ERROR(Sign(fd, path));
        return lock;
      }
      ::close(fd);
      continue;
    }
    const int error = errno;
    ::close(fd);
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK) return ErrnoStatus(error, "lock", path);
    return absl::FailedPreconditionError(
        absl::StrCat(folder, ": another run writes there (", HolderIn(path), "); stop it first"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": comes and goes; runs begin and end there, stop them first"));
}

FolderLock::~FolderLock() {
  if (is_new_) ::unlink(path_.c_str());
  ::close(fd_);
}

std::string FolderLockHolder(const std::string& folder) {
  const std::string path = JoinPath(folder, kLockName);
  const absl::StatusOr<int> fd = OpenRegularFile(path, O_RDONLY | O_NOFOLLOW);
  if (!fd.ok()) return "";
  // Shared, and for a moment only: a run that begins just now is patient enough.
  const bool held = ::flock(*fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(*fd);
  return held ? HolderIn(path) : "";
}

}  // namespace elman
