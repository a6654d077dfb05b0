#include "trainer/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr char kLockName[] = "lock";
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr uint64_t kMaxOwnerBytes = 4096;

std::string Me() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  std::string me = absl::StrCat("host ", host, ", process ", getpid());
  for (const char* variable : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    if (const char* job = std::getenv(variable)) return absl::StrCat(me, ", job ", job);
  }
  return me;
}

// Whether the file behind the descriptor is the one of that name, and not one that its last owner
// has deleted.
bool IsStillThere(int fd, const std::string& path) {
  struct stat ours = {}, named = {};
  if (::fstat(fd, &ours) != 0 || ::stat(path.c_str(), &named) != 0) return false;
  if (ours.st_ino == named.st_ino && ours.st_dev == named.st_dev) return true;
  errno = ENOENT;
  return false;
}

absl::Status SignLock(int fd, const std::string& path) {
  const std::string me = Me() + "\n";
  const auto size = static_cast<ssize_t>(me.size());
  if (::ftruncate(fd, 0) == 0 && ::pwrite(fd, me.data(), me.size(), 0) == size)
    return absl::OkStatus();
  return ErrnoStatus(errno, "write", path);
}

absl::Status Occupied(const std::string& folder, const std::string& path) {
  absl::StatusOr<std::string> owner = ReadFile(path, kMaxOwnerBytes);
  if (owner.ok()) absl::StripAsciiWhitespace(&*owner);
  return absl::FailedPreconditionError(absl::StrCat(folder, ": another run writes there (",
                                                    owner.ok() ? *owner : "unknown",
                                                    "); stop it, or give another --output"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunDirectory>> RunDirectory::Open(const std::string& folder) {
  const bool is_new = !FileExists(folder);
  RETURN_IF_ERROR(CreateFolder(folder));
  const std::string path = JoinPath(folder, kLockName);
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return ErrnoStatus(errno, "open", path);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && IsStillThere(fd, path)) {
      auto directory = std::unique_ptr<RunDirectory>(new RunDirectory(folder, is_new, fd));
      RETURN_IF_ERROR(SignLock(fd, path));
      return directory;
    }
    const int error = errno;
    ::close(fd);
    if (error != EWOULDBLOCK && error != EINTR && error != ENOENT)
      return ErrnoStatus(error, "lock", path);
    if (absl::Now() > deadline) return Occupied(folder, path);
    absl::SleepFor(kPause);
  }
}

RunDirectory::~RunDirectory() {
  if (is_new_) {
    std::error_code error;
    const std::filesystem::directory_iterator files(folder_, error);
    if (!error && std::distance(begin(files), end(files)) == 1) {
      std::filesystem::remove(lock_path(), error);
      std::filesystem::remove(folder_, error);
    }
  }
  ::close(lock_);
}

std::string RunDirectory::lock_path() const { return JoinPath(folder_, kLockName); }
std::string RunDirectory::config_path() const { return JoinPath(folder_, "config.textproto"); }
std::string RunDirectory::metrics_path() const { return JoinPath(folder_, "metrics.jsonl"); }
std::string RunDirectory::heartbeat_path() const { return JoinPath(folder_, "heartbeat"); }
std::string RunDirectory::tensorboard_folder() const { return JoinPath(folder_, "tensorboard"); }
std::string RunDirectory::report_path() const { return JoinPath(folder_, "report.html"); }

}  // namespace elman
