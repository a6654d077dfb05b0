#include "data/io/file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// One system call moves at most this much: some kernels and file systems refuse more than 2 GiB.
constexpr size_t kMaxTransferBytes = size_t{256} << 20;
constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr int kMaxNameAttempts = 1000;
constexpr std::string_view kTemporaryInfix = ".tmp-";

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// As open(2), again if a signal came first, as may happen on network file systems.
int OpenFile(const std::string& path, int flags) {
  while (true) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

absl::Status NoRegularFile(const std::string& path, mode_t mode) {
  return absl::DataLossError(absl::StrCat(path, ": expected a file, found ",
                                          S_ISDIR(mode) ? "a folder"
                                          : S_ISLNK(mode)
                                              ? "a symbolic link; put the file itself there"
                                              : "a device or a pipe"));
}

// As close(2); but the descriptor is gone too if a signal came meanwhile.
int CloseFile(int fd) { return ::close(fd) == 0 || errno == EINTR ? 0 : -1; }

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), std::min(bytes.size(), kMaxTransferBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "write", path);
    if (written == 0) return ErrnoStatus(EIO, "write", path);  // or it would go on forever
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Renames where nothing has the name `to`; 0 or an errno. File systems without the flag get a hard
// link instead.
int RenameNew(const char* from, const char* to) {
#ifdef SYS_renameat2
  if (::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
#endif
  if (::link(from, to) != 0) return errno;
  ::unlink(from);
  return 0;
}

}  // namespace

absl::Status ErrnoStatus(int error, std::string_view operation, std::string_view path) {
  return absl::Status(CodeOf(error),
                      absl::StrCat(std::string(path), ": cannot ", std::string(operation), ": ",
                                   std::string(std::strerror(error))));
}

absl::StatusOr<int> OpenRegularFile(const std::string& path, int flags) {
  struct stat facts;
  const int fd = OpenFile(path, flags | O_NONBLOCK);  // or a pipe would wait for its other end
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

std::string TemporaryName(std::string_view path) {
  static std::atomic<uint64_t> next{0};
  return absl::StrCat(std::string(path), std::string(kTemporaryInfix), ::getpid(), "-",
                      next.fetch_add(1));
}

std::string_view NameBehindTemporary(std::string_view name) {
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  const size_t infix = name.rfind(kTemporaryInfix);
  if (infix == std::string_view::npos) return {};
  const std::string_view numbers = name.substr(infix + kTemporaryInfix.size());
  const size_t dash = numbers.find('-');
  const bool ours = dash != std::string_view::npos && is_number(numbers.substr(0, dash)) &&
                    is_number(numbers.substr(dash + 1));
  return ours ? name.substr(0, infix) : std::string_view();
}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(const std::string& path) {
  // A killed process may have left the name behind, and process ids come again.
  for (int attempt = 0; attempt < kMaxNameAttempts; ++attempt) {
    std::string temporary = TemporaryName(path);
    const int fd = OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (fd >= 0) {
      return std::unique_ptr<AtomicFile>(new AtomicFile(path, std::move(temporary), fd));
    }
    if (errno != EEXIST) return ErrnoStatus(errno, "create", temporary);
  }
  return absl::AlreadyExistsError(absl::StrCat(path, ": ", kMaxNameAttempts,
                                               " temporary files of this process id are in the "
                                               "way; remove ",
                                               path, ".tmp-*"));
}

AtomicFile::AtomicFile(std::string path, std::string temporary_path, int fd)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)), fd_(fd) {}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!published_) ::unlink(temporary_path_.c_str());
}

absl::Status AtomicFile::Append(std::string_view bytes) {
  if (fd_ < 0) {
    return absl::FailedPreconditionError(absl::StrCat(temporary_path_, ": written after Close"));
  }
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    RETURN_IF_ERROR(WriteAll(fd_, buffer_, temporary_path_));
    buffer_.clear();
  }
  if (bytes.size() >= kBufferBytes) return WriteAll(fd_, bytes, temporary_path_);
  buffer_.append(bytes);
  return absl::OkStatus();
}

absl::Status AtomicFile::Publish(bool replace) {
  RETURN_IF_ERROR(Close());
  return Rename(replace);
}

absl::Status AtomicFile::Close() {
  if (fd_ < 0) {
    return absl::FailedPreconditionError(absl::StrCat(temporary_path_, ": closed twice"));
  }
  absl::Status status = WriteAll(fd_, buffer_, temporary_path_);
  buffer_.clear();
  // After a failed fsync the kernel may have dropped the pages and forgotten the error: a second
  // fsync that succeeds proves nothing, so there is none.
  if (status.ok() && ::fsync(fd_) != 0) status = ErrnoStatus(errno, "fsync", temporary_path_);
  if (CloseFile(fd_) != 0 && status.ok()) status = ErrnoStatus(errno, "close", temporary_path_);
  fd_ = -1;
  return status;
}

absl::Status AtomicFile::Rename(bool replace) {
  if (fd_ >= 0 || published_) {
    return absl::FailedPreconditionError(
        absl::StrCat(temporary_path_, published_ ? ": renamed twice" : ": renamed before Close"));
  }
  if (replace) {
    if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
      return ErrnoStatus(errno, absl::StrCat("rename ", temporary_path_, " to it"), path_);
    }
  } else if (const int error = RenameNew(temporary_path_.c_str(), path_.c_str()); error != 0) {
    return ErrnoStatus(error, absl::StrCat("rename ", temporary_path_, " to it"), path_);
  }
  published_ = true;
  return SyncFolder(FolderOf(path_));
}

absl::Status AtomicFile::PublishProven(uint32_t crc32c) {
  RETURN_IF_ERROR(Close());
  ASSIGN_OR_RETURN(const uint32_t found, FileCrc32c(temporary_path_));
  if (found == crc32c) return Rename(/*replace=*/false);
  return absl::DataLossError(absl::StrCat(
      temporary_path_, ": read back, the bytes differ from those written; check the disk"));
}

absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  if (file->size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected at most ", max_bytes, " bytes, found ", file->size()));
  }
  std::string contents(file->size(), '\0');
  RETURN_IF_ERROR(file->Read(0, contents.size(), contents.data()));
  return contents;
}

absl::Status WriteFile(const std::string& path, std::string_view contents) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file->Append(contents));
  return file->Publish();
}

absl::Status VisitFile(const std::string& path,
                       absl::FunctionRef<absl::Status(std::string_view part)> visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::string buffer(std::min<uint64_t>(file->size(), kBufferBytes), '\0');
  for (uint64_t offset = 0; offset < file->size();) {
    const size_t size = std::min<uint64_t>(buffer.size(), file->size() - offset);
    RETURN_IF_ERROR(file->Read(offset, size, buffer.data()));
    RETURN_IF_ERROR(visit(std::string_view(buffer.data(), size)));
    offset += size;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> FileCrc32c(const std::string& path) {
  uint32_t crc = 0;
  RETURN_IF_ERROR(VisitFile(path, [&crc](std::string_view part) {
    crc = Crc32c(part, crc);
    return absl::OkStatus();
  }));
  return crc;
}

absl::Status CreateFolder(const std::string& path) {
  if (path.empty() || IsFolder(path)) return absl::OkStatus();
  const std::string parent = FolderOf(path);
  if (parent != path && !IsFolder(parent)) RETURN_IF_ERROR(CreateFolder(parent));
  if (::mkdir(path.c_str(), 0777) == 0) {
    // A folder that one may write into but not list cannot be opened to be synced.
    if (::access(parent.c_str(), R_OK) != 0 && errno == EACCES) return absl::OkStatus();
    return SyncFolder(parent);
  }
  const int error = errno;
  // Another process may have been quicker.
  if (error == EEXIST && IsFolder(path)) return absl::OkStatus();
  return ErrnoStatus(error, "create the folder", path);
}

absl::Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return ErrnoStatus(errno, "delete", path);
}

absl::Status RenameFile(const std::string& from, const std::string& to) {
  const int error = RenameNew(from.c_str(), to.c_str());
  if (error == 0) return absl::OkStatus();
  return ErrnoStatus(error, absl::StrCat("rename ", from, " to it"), to);
}

absl::Status SyncFolder(const std::string& folder) {
  const int fd = OpenFile(folder, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return ErrnoStatus(errno, "open the folder", folder);
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // Some file systems have nothing to do for a folder and say so.
  if (error != 0 && error != EINVAL) return ErrnoStatus(error, "fsync the folder", folder);
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return path.empty() ? "." : "/";
  const size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  const size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

std::string FileNameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string JoinPath(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

bool FileExists(const std::string& path) {
  struct stat facts;
  return ::stat(path.c_str(), &facts) == 0;
}

bool IsFolder(const std::string& path) {
  struct stat facts;
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

}  // namespace elman
