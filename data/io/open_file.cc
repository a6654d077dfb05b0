#include "data/io/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"

namespace elman {
namespace {

absl::Status NoRegularFile(const std::string& path, mode_t mode) {
  return absl::DataLossError(absl::StrCat(path, ": expected a file, found ",
                                          S_ISDIR(mode) ? "a folder"
                                          : S_ISLNK(mode)
                                              ? "a symbolic link; replace the link by the file"
                                              : "a device or a pipe"));
}

}  // namespace

int OpenFile(const std::string& path, int flags) {
  while (true) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

absl::StatusOr<int> OpenRegularFile(const std::string& path, int flags) {
  struct stat facts;
  const int fd = OpenFile(path, flags | O_NONBLOCK);  // does not wait for the other end of a pipe
  if (fd < 0) {
    const int error = errno;
    const bool is_of_another_kind = error == ELOOP || error == ENXIO || error == EISDIR;
    if (is_of_another_kind && ::lstat(path.c_str(), &facts) == 0)
      return NoRegularFile(path, facts.st_mode);
    return ErrnoStatus(error, "open", path);
  }
  const int error = ::fstat(fd, &facts) == 0 ? 0 : errno;
  if (error == 0 && S_ISREG(facts.st_mode)) return fd;
  ::close(fd);
  return error != 0 ? ErrnoStatus(error, "stat", path) : NoRegularFile(path, facts.st_mode);
}

}  // namespace elman
