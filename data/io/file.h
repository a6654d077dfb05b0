// Files read and written with the care a long job needs: every failure names the path, the
// operation and the system's reason; what is published is complete, durable and verified.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A status for a failed system call: "PATH: cannot OPERATION: REASON", with the code that `error`
// (an errno) maps to.
absl::Status ErrnoStatus(int error, std::string_view operation, std::string_view path);

// As open(2), but for regular files only: DataLoss, at once, for whatever else stands there, also
// for a pipe that has no other end, and for a symbolic link where `flags` have O_NOFOLLOW. The
// descriptor is the caller's to close.
absl::StatusOr<int> OpenRegularFile(const std::string& path, int flags);

// An open file, read with pread, so that one object serves any number of threads.
class RandomAccessFile {
 public:
  static absl::StatusOr<std::unique_ptr<RandomAccessFile>> Open(const std::string& path);
  ~RandomAccessFile();
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  // Reads exactly `size` bytes at `offset` into `buffer`. OutOfRange if the file ends before;
  // Unavailable on an I/O error.
  absl::Status Read(uint64_t offset, size_t size, char* buffer) const;

  uint64_t size() const { return size_; }  // when it was opened
  const std::string& path() const { return path_; }

 private:
  RandomAccessFile(std::string path, int fd, uint64_t size);
  const std::string path_;
  const int fd_;
  const uint64_t size_;
};

// What is not complete yet has the name "PATH.tmp-PID-N", another with every call.
std::string TemporaryName(std::string_view path);

// PATH of such a name; empty for any other.
std::string_view NameBehindTemporary(std::string_view name);

// A file that appears under its name only when it is complete. It is written beside its destination
// under a temporary name, which the destructor removes unless Publish succeeded.
class AtomicFile {
 public:
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status Append(std::string_view bytes);

  // Flushes, fsyncs, closes, renames to the final name and fsyncs the folder. After a failure the
  // file at `path` is what it was before; or, where the very last step failed, the new one, whole,
  // which a power cut may still undo. Call once. With `replace` false, fails with AlreadyExists
  // where something has that name.
  absl::Status Publish(bool replace = true);

  // As Publish, but in two steps: after Close the bytes are durable under temporary_path() and can
  // be read back and verified; Rename then publishes them.
  absl::Status Close();
  absl::Status Rename(bool replace = true);

  // As Publish without `replace`, but reads the bytes back from disk before: DataLoss unless they
  // have this checksum.
  absl::Status PublishProven(uint32_t crc32c);

  const std::string& path() const { return path_; }
  const std::string& temporary_path() const { return temporary_path_; }
  uint64_t size() const { return size_; }  // bytes appended so far

 private:
  AtomicFile(std::string path, std::string temporary_path, int fd);
  const std::string path_;
  const std::string temporary_path_;
  int fd_;  // -1 when closed
  bool published_ = false;
  uint64_t size_ = 0;
  std::string buffer_;
};

// The whole of a file of at most `max_bytes` bytes; larger ones are refused.
absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes);

// Publishes `contents` under `path`, atomically and durably.
absl::Status WriteFile(const std::string& path, std::string_view contents);

// Shows a file from its beginning to its end, in parts of at most a mebibyte.
absl::Status VisitFile(const std::string& path,
                       absl::FunctionRef<absl::Status(std::string_view part)> visit);

// The CRC32C of the whole of a file.
absl::StatusOr<uint32_t> FileCrc32c(const std::string& path);

// Creates a folder and its missing parents, durably; fine if it is there already.
absl::Status CreateFolder(const std::string& path);

// Deletes a file; fine if there is none.
absl::Status RemoveFile(const std::string& path);

// Gives a file another name in its folder; AlreadyExists if something has that name. Not durable
// before SyncFolder.
absl::Status RenameFile(const std::string& from, const std::string& to);

// Makes the names in a folder durable.
absl::Status SyncFolder(const std::string& folder);

// The folder part of a path ("." if none) and the two joined by a slash.
std::string FolderOf(const std::string& path);
std::string FileNameOf(const std::string& path);  // what stands behind its folder
std::string JoinPath(std::string_view folder, std::string_view name);

bool FileExists(const std::string& path);
bool IsFolder(const std::string& path);

}  // namespace elman
