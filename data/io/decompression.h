// Bytes of a file, decompressed on the way where it holds gzip, xz or Zstandard data.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A stream of bytes, read once from begin to end. Not for concurrent use.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads up to `size` > 0 bytes into `buffer` and returns how many: 0 at the end. DataLoss where
  // compressed data are damaged or end early; the message names the file and the offset in it.
  // After an error, do not read again.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t size) = 0;
};

// The bytes of a file, pipe or device as they are; "-" is standard input.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

// As OpenBytes, decompressed. The format is told by the first bytes, whatever the name says.
// Concatenated members, as `cat a.gz b.gz` makes them, are read one after the other.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenDecompressed(const std::string& path);

// Whether `path` is a regular file that is not compressed, so that any part of it can be read by
// itself.
absl::StatusOr<bool> IsPlainFile(const std::string& path);

}  // namespace elman
