#include "data/io/random_access_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::unique_ptr<RandomAccessFile>> RandomAccessFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, OpenRegularFile(path, O_RDONLY));
  struct stat facts;
  if (::fstat(fd, &facts) != 0) {
    const int error = errno;
    ::close(fd);
    return ErrnoStatus(error, "stat", path);
  }
  return std::unique_ptr<RandomAccessFile>(
      new RandomAccessFile(path, fd, static_cast<uint64_t>(facts.st_size)));
}

RandomAccessFile::RandomAccessFile(std::string path, int fd, uint64_t size)
    : path_(std::move(path)), fd_(fd), size_(size) {}

RandomAccessFile::~RandomAccessFile() { ::close(fd_); }

absl::Status RandomAccessFile::Read(uint64_t offset, size_t size, char* buffer) const {
  const uint64_t end = offset + size;
  if (end < offset || end > size_) {
    return absl::OutOfRangeError(absl::StrCat(path_, ": offset ", offset, ": expected ", size,
                                              " bytes, but the file has ", size_));
  }
  while (size > 0) {
    const ssize_t count =
        ::pread(fd_, buffer, std::min(size, kMaxTransferBytes), static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      return absl::UnavailableError(absl::StrCat(
          path_, ": offset ", offset, ": cannot read: ", std::string(std::strerror(error))));
    }
    if (count == 0) {
      return absl::OutOfRangeError(absl::StrCat(path_, ": offset ", offset, ": expected ", size,
                                                " more bytes, but the file ends (it had ", size_,
                                                " bytes when it was opened)"));
    }
    buffer += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace elman
