// Files that are published when they are complete, durable and, on request, verified.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

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

// Publishes `contents` under `path`, atomically and durably.
absl::Status WriteFile(const std::string& path, std::string_view contents);

}  // namespace elman
