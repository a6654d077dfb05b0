// Reads files and decompresses gzip, bzip2, xz and Zstandard data.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A stream of bytes, read once from begin to end. Not safe for concurrent use.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads at most `size` > 0 bytes into `buffer` and returns their number; 0 at the end. DataLoss
  // if compressed data are damaged or truncated; the message names the file and the offset.
  // InvalidArgument if they need something that is not supported, such as a dictionary.
  // ResourceExhausted if they need more memory than there is. Do not read after an error.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t size) = 0;
};

// The bytes of a file, pipe or device without decompression; "-" is standard input.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

// The bytes from a file descriptor, which is not closed. `name` is used in messages.
std::unique_ptr<ByteSource> BytesOf(int descriptor, const std::string& name);

// As OpenBytes, with decompression. The first bytes determine the format; the file name is ignored.
// Concatenated members, as made by `cat a.gz b.gz` or by parallel tools (pbzip2, pzstd), are read
// in order.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenDecompressed(const std::string& path);

// Decompresses `source`. `name` is used in messages. Reads only as many bytes as are needed to
// detect the format, so it waits for at most one line of an interactive input. Sets `*compressed`,
// unless null, to whether the source is compressed.
absl::StatusOr<std::unique_ptr<ByteSource>> Decompressed(std::unique_ptr<ByteSource> source,
                                                         const std::string& name,
                                                         bool* compressed = nullptr);

// Whether a file that begins with `begin` is compressed in a format of OpenDecompressed.
bool BeginsCompressed(std::string_view begin);

// Whether `path` is a regular file without compression, so that parts of it can be read separately.
absl::StatusOr<bool> IsPlainFile(const std::string& path);

}  // namespace elman
