// Bytes of a file, decompressed on the way where it holds gzip, bzip2, xz or Zstandard data.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A stream of bytes, read once from begin to end. Not for concurrent use.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads up to `size` > 0 bytes into `buffer` and returns how many: 0 at the end. DataLoss where
  // compressed data are damaged or end early; the message names the file and the offset in it.
  // InvalidArgument where they are whole but need what this reader does not have, such as a
  // dictionary, ResourceExhausted where they need more memory than there is. After an error, do not
  // read again.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t size) = 0;
};

// The bytes of a file, pipe or device as they are; "-" is standard input.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

// The bytes that come from a file descriptor, which stays open; messages call it `name`.
std::unique_ptr<ByteSource> BytesOf(int descriptor, const std::string& name);

// As OpenBytes, decompressed. The format is told by the first bytes, whatever the name says.
// Concatenated members, as `cat a.gz b.gz` makes them, are read one after the other, and so are the
// streams of which tools that compress in parallel (pbzip2, pzstd) make a file.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenDecompressed(const std::string& path);

// The bytes of `source` decompressed; messages call it `name`. Waits for no more bytes than tell
// the format, and so for one line at the most. `*compressed`, unless null, says whether they are.
absl::StatusOr<std::unique_ptr<ByteSource>> Decompressed(std::unique_ptr<ByteSource> source,
                                                         const std::string& name,
                                                         bool* compressed = nullptr);

// Whether a file that begins with these bytes holds compressed data that OpenDecompressed reads.
bool BeginsCompressed(std::string_view begin);

// Whether `path` is a regular file that is not compressed, so that any part of it can be read by
// itself.
absl::StatusOr<bool> IsPlainFile(const std::string& path);

}  // namespace elman
