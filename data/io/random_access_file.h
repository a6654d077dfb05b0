// A file that many threads read at once, each at its own offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A file read with pread, so that one object serves any number of threads. Its descriptor may be
// closed while it is not read, and opened again by its path: at most kMostOpenFiles are open in a
// process, however many objects there are.
class RandomAccessFile {
 public:
  static absl::StatusOr<std::unique_ptr<RandomAccessFile>> Open(const std::string& path);
  ~RandomAccessFile();
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  static constexpr size_t kMostOpenFiles = 128;

  // Reads exactly `size` bytes at `offset` into `buffer`. OutOfRange if the file ends before;
  // Unavailable on an I/O error; FailedPrecondition if it has another size than when it was first
  // opened.
  absl::Status Read(uint64_t offset, size_t size, char* buffer) const;

  uint64_t size() const { return size_; }  // when it was opened
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
