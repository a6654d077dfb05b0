#include "data/io/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/open_file.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_name.h"

namespace elman {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr int kMaxNameAttempts = 1000;

// close(2); after EINTR the descriptor is closed too.
int CloseFile(int fd) { return ::close(fd) == 0 || errno == EINTR ? 0 : -1; }

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), std::min(bytes.size(), kMaxTransferBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "write", path);
    if (written == 0) return ErrnoStatus(EIO, "write", path);  // avoids an endless loop
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(const std::string& path) {
  // The name may exist: a killed process may have left its file, and process ids are reused.
  for (int attempt = 0; attempt < kMaxNameAttempts; ++attempt) {
    std::string temporary = TemporaryName(path);
    const int fd = OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (fd >= 0) {
      return std::unique_ptr<AtomicFile>(new AtomicFile(path, std::move(temporary), fd));
    }
    // The temporary name would only confuse.
    if (errno == ENOENT) {
      return absl::NotFoundError(absl::StrCat(path, ": cannot create: there is no folder ",
                                              FolderOf(path), "; create it first"));
    }
    if (errno != EEXIST) return ErrnoStatus(errno, "create", path);
  }
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": ", kMaxNameAttempts,
                   " temporary files with this process id exist already; remove ", path, ".tmp-*"));
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
  // After a failed fsync the kernel may have dropped the pages and cleared the error. A second
  // fsync that succeeds would prove nothing, so do not retry.
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
  if (!replace) {
    RETURN_IF_ERROR(RenameFile(temporary_path_, path_));
  } else if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("rename ", temporary_path_, " to it"), path_);
  }
  published_ = true;
  return SyncFolder(FolderOf(path_));
}

absl::Status AtomicFile::PublishProven(uint32_t crc32c) {
  RETURN_IF_ERROR(Close());
  ASSIGN_OR_RETURN(const uint32_t found, FileCrc32c(temporary_path_));
  if (found == crc32c) return Rename(/*replace=*/false);
  return absl::DataLossError(absl::StrCat(
      temporary_path_, ": the bytes read back differ from the bytes written; check the disk"));
}

absl::Status WriteFile(const std::string& path, std::string_view contents) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file->Append(contents));
  return file->Publish();
}

}  // namespace elman
