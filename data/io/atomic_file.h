// Files that are published atomically: they get their name when they are complete and durable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Writes a temporary file in the folder of the destination. The destructor removes it unless it was
// published.
class AtomicFile {
 public:
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Appends bytes through a buffer, which Publish and Close write to the file.
  absl::Status Append(std::string_view bytes);

  // Flushes, syncs and closes the file, renames it to the final name and syncs the folder. After a
  // failure, `path` has its previous contents; or, if only the last sync failed, the complete new
  // contents, which may be lost in a power failure. Call it once. With `replace` false, fails with
  // AlreadyExists if `path` exists.
  absl::Status Publish(bool replace = true);

  // Publish in two steps. After Close the bytes are durable under temporary_path() and can be read
  // back for verification; Rename then publishes the file.
  absl::Status Close();
  absl::Status Rename(bool replace = true);

  // Publish without `replace`, but first reads the bytes back from disk. DataLoss unless they have
  // this checksum.
  absl::Status PublishProven(uint32_t crc32c);

  const std::string& path() const { return path_; }
  const std::string& temporary_path() const { return temporary_path_; }
  uint64_t size() const { return size_; }  // bytes appended so far

 private:
  AtomicFile(std::string path, std::string temporary_path, int fd);
  const std::string path_;
  const std::string temporary_path_;
  int fd_;  // -1: closed
  bool published_ = false;
  uint64_t size_ = 0;
  std::string buffer_;
};

// Publishes `contents` as the file `path`, atomically and durably.
absl::Status WriteFile(const std::string& path, std::string_view contents);

}  // namespace elman
