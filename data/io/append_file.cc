#include "data/io/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::unique_ptr<AppendFile>> AppendFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, OpenRegularFile(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW));
  return std::unique_ptr<AppendFile>(new AppendFile(path, fd));
}

AppendFile::~AppendFile() { ::close(fd_); }

absl::Status AppendFile::Append(std::string_view bytes) {
  const off_t before = ::lseek(fd_, 0, SEEK_END);
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      // Remove a partly written line, which would also damage the next one. Nothing can be done if
      // this fails too.
      if (before >= 0) (void)!::ftruncate(fd_, before);
      return ErrnoStatus(error, "append to", path_);
    }
    bytes.remove_prefix(written);
  }
  return absl::OkStatus();
}

}  // namespace elman
