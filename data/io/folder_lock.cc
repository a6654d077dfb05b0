#include "data/io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr char kLockName[] = "lock";
constexpr char kGuardSuffix[] = ".takeover";
constexpr char kStarter[] = ", started by elman-run ";  // followed by "4711 on node1"
constexpr uint64_t kMaxHolderBytes = 4096;
constexpr int kMaxAttempts = 100;
constexpr absl::Duration kPause = absl::Milliseconds(10);  // while another process removes a lock

// Identifies where process ids are comparable: this boot of the kernel and this namespace.
std::string ProcessSpace() {
  char name[64] = "";
  if (::readlink("/proc/self/ns/pid", name, sizeof(name) - 1) < 0) return "";
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  return std::getline(file, boot) ? absl::StrCat("boot ", boot, ", ", name) : "";
}

std::string Me() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  std::string me = absl::StrCat("host ", host, ", process ", getpid());
  if (const char* starter = std::getenv("ELMAN_RUN_PROCESS"))
    absl::StrAppend(&me, kStarter, absl::string_view(starter).substr(0, 300));
  for (const char* variable : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    if (const char* job = std::getenv(variable)) return absl::StrCat(me, ", job ", job);
  }
  return me;
}

// Whether `path` is still the file of the descriptor; its last holder may have deleted it.
bool IsStillThere(int fd, const std::string& path) {
  struct stat ours = {}, named = {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

absl::Status Sign(int fd, const std::string& path) {
  const std::string me = absl::StrCat(Me(), "\n", ProcessSpace(), "\n");
  if (::ftruncate(fd, 0) == 0 &&
      ::pwrite(fd, me.data(), me.size(), 0) == static_cast<ssize_t>(me.size())) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, "write", path);
}

// The signature of the last holder: two lines, the second for IsGone. Empty if there is none.
std::string SignatureIn(const std::string& path) {
  const absl::StatusOr<std::string> signature = ReadFile(path, kMaxHolderBytes);
  return signature.ok() ? *signature : "";
}

std::string HolderIn(const std::string& path) {
  std::string holder = SignatureIn(path);
  holder.resize(std::min(holder.size(), holder.find('\n')));
  absl::StripAsciiWhitespace(&holder);
  return holder.empty() ? "unknown" : holder;
}

// The remedy for a folder that `holder` writes to. elman-run would restart a rank that is killed.
std::string StopRemedy(const std::string& holder) {
  const size_t at = holder.find(kStarter);
  if (at == std::string::npos) return "; stop it first";
  const std::string starter = holder.substr(at + sizeof(kStarter) - 1);
  const std::vector<std::string> words = absl::StrSplit(starter.substr(0, starter.find(',')), ' ');
  const std::string place = words.size() > 2 ? absl::StrCat("on ", words[2], ": ") : "";
  return absl::StrCat("; stop it first (", place, "kill ", words[0], ")");
}

// The file system does not support locks: Lustre without the mount option flock, NFS without a lock
// daemon.
bool HasNoLocks(int error) { return error == ENOSYS || error == EOPNOTSUPP || error == ENOLCK; }

// Whether the process with this signature has certainly ended.
bool IsGone(const std::string& signature) {
  const std::vector<std::string> lines = absl::StrSplit(signature, '\n');
  const std::string here = ProcessSpace();
  if (lines.size() < 2 || here.empty() || lines[1] != here) return false;
  constexpr std::string_view kProcess = ", process ";
  const size_t at = lines[0].find(kProcess);
  if (at == std::string::npos) return false;
  const std::string number = lines[0].substr(at + kProcess.size());
  int process = 0;
  return absl::SimpleAtoi(number.substr(0, number.find(',')), &process) && process > 0 &&
         ::kill(process, 0) != 0 && errno == ESRCH;
}

// Deletes the lock file of a process that has ended. Of several processes that find it, only the
// one that creates the guard deletes it, and checks again before: otherwise a slow process would
// delete the lock that a faster one has already taken. Returns false if another has the guard.
bool RemoveLockOfEndedProcess(const std::string& path) {
  const std::string guard = absl::StrCat(path, kGuardSuffix);
  const absl::StatusOr<int> fd = OpenRegularFile(guard, O_RDWR | O_CREAT | O_EXCL);
  if (!fd.ok()) return false;
  ::close(*fd);
  if (IsGone(SignatureIn(path))) ::unlink(path.c_str());
  ::unlink(guard.c_str());
  return true;
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
    const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (locked || (is_new && HasNoLocks(errno))) {
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
    if (HasNoLocks(error)) {
      if (IsGone(SignatureIn(path))) {
        if (!RemoveLockOfEndedProcess(path)) absl::SleepFor(kPause);
        continue;
      }
      const std::string holder = HolderIn(path);
      return absl::FailedPreconditionError(
          absl::StrCat(folder, ": another run writes there (", holder, ")", StopRemedy(holder),
                       ". This file system has no locks. A run that was killed leaves the file ",
                       path, ": if that run has ended, delete the file"));
    }
    if (error != EWOULDBLOCK) return ErrnoStatus(error, "lock", path);
    const std::string holder = HolderIn(path);
    return absl::FailedPreconditionError(
        absl::StrCat(folder, ": another run writes there (", holder, ")", StopRemedy(holder)));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path,
                   ": other runs start and end in this folder, or were killed while they started."
                   " Stop them, then delete ",
                   path, "*"));
}

FolderLock::~FolderLock() {
  if (is_new_) ::unlink(path_.c_str());
  ::close(fd_);
}

std::string FolderLockHolder(const std::string& folder) {
  const std::string path = JoinPath(folder, kLockName);
  const absl::StatusOr<int> fd = OpenRegularFile(path, O_RDONLY | O_NOFOLLOW);
  if (!fd.ok()) return "";
  // A shared lock, held very briefly. A run that starts at this moment retries.
  const bool free = ::flock(*fd, LOCK_SH | LOCK_NB) == 0;
  const bool held =
      !free && (errno == EWOULDBLOCK || (HasNoLocks(errno) && !IsGone(SignatureIn(path))));
  ::close(*fd);
  return held ? HolderIn(path) : "";
}

}  // namespace elman
