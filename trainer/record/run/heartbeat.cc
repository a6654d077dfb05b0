#include "trainer/record/run/heartbeat.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "absl/time/clock.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/open_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<Heartbeat>> Heartbeat::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, OpenRegularFile(path, O_WRONLY | O_CREAT | O_NOFOLLOW));
  return std::unique_ptr<Heartbeat>(new Heartbeat(path, fd));
}

Heartbeat::~Heartbeat() {
  ::close(fd_);
  (void)RemoveFile(path_);
}

absl::Status Heartbeat::Beat(int64_t step, std::string_view phase, absl::Time now) {
  // A clock that was set back must not stop the heartbeat.
  if (now >= last_ && now - last_ < kInterval) return absl::OkStatus();
  last_ = now;
  char line[64];
  const int length =
      std::min<int>(sizeof(line) - 1, std::snprintf(line, sizeof(line), "step %lld %.*s\n",
                                                    static_cast<long long>(step),
                                                    static_cast<int>(phase.size()), phase.data()));
  // Overwrites the old line first, which works on a full disk, where a new block could not be
  // allocated.
  if (::pwrite(fd_, line, length, 0) == length && ::ftruncate(fd_, length) == 0)
    return absl::OkStatus();
  return ErrnoStatus(errno, "write", path_);
}

}  // namespace elman
