// A file that many threads read at once, each at its own offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

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

}  // namespace elman
