// A file that many threads can read at the same time at different offsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A file read with pread. Safe for concurrent use. Its descriptor may be closed between reads and
// reopened by path, so that at most kMaxOpenFiles are open per process for any number of objects.
class RandomAccessFile {
 public:
  static absl::StatusOr<std::unique_ptr<RandomAccessFile>> Open(const std::string& path);
  ~RandomAccessFile();
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  static constexpr size_t kMaxOpenFiles = 128;

  // Reads exactly `size` bytes at `offset` into `buffer`. OutOfRange if the file is too short;
  // Unavailable for an I/O error; FailedPrecondition if the size of the file has changed since
  // Open.
  absl::Status Read(uint64_t offset, size_t size, char* buffer) const;

  uint64_t size() const { return size_; }  // at Open
  const std::string& path() const { return path_; }

 private:
  class Descriptor;
  class OpenFiles;

  RandomAccessFile(std::string path, uint64_t size);
  absl::StatusOr<std::shared_ptr<const Descriptor>> Acquire() const;

  const std::string path_;
  const uint64_t size_;
};

}  // namespace elman
