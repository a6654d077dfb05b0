#include "trainer/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
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

}  // namespace

absl::StatusOr<std::unique_ptr<RunDirectory>> RunDirectory::Open(const std::string& folder) {
  RETURN_IF_ERROR(CreateFolder(folder));
  const std::string path = JoinPath(folder, "lock");
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  auto directory = std::unique_ptr<RunDirectory>(new RunDirectory(folder, fd));
  const absl::Time deadline = absl::Now() + kPatience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return ErrnoStatus(errno, "lock", path);
    if (absl::Now() > deadline) {
      absl::StatusOr<std::string> owner = ReadFile(path, kMaxOwnerBytes);
      if (owner.ok()) absl::StripAsciiWhitespace(&*owner);
      return absl::FailedPreconditionError(absl::StrCat(folder, ": another run writes there (",
                                                        owner.ok() ? *owner : "unknown",
                                                        "); stop it, or give another --output"));
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
  const std::string me = Me() + "\n";
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, me.data(), me.size(), 0) != static_cast<ssize_t>(me.size())) {
    return ErrnoStatus(errno, "write", path);
  }
  return directory;
}

RunDirectory::~RunDirectory() { ::close(lock_); }

std::string RunDirectory::config_path() const { return JoinPath(folder_, "config.textproto"); }
std::string RunDirectory::metrics_path() const { return JoinPath(folder_, "metrics.jsonl"); }
std::string RunDirectory::tensorboard_folder() const { return JoinPath(folder_, "tensorboard"); }
std::string RunDirectory::report_path() const { return JoinPath(folder_, "report.html"); }

}  // namespace elman
