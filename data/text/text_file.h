// Detects files that are not text. Every function that reads a user's text file uses it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Describes the contents of a file that begins with `begin` and is not text, and how to convert it:
// "a zip archive; unpack it: ...". Empty if the first bytes do not show a known format.
std::string DescribeNoText(std::string_view begin);

// InvalidArgument, with a remedy, if a file that begins with `begin` is not text: a known binary
// format, UTF-16 or UTF-32 with or without byte order mark, or line ends of carriage returns. Give
// as much of the file as possible, up to 1 MiB, after decompression. `whole`: `begin` is the whole
// file.
absl::Status CheckTextBegin(const std::string& file, std::string_view begin, bool whole);

// Calls CheckTextBegin with the begin of a file or pipe, after decompression.
absl::Status CheckTextFile(const std::string& path);

// The error for a NUL byte at `place`, "FILE: line NUMBER".
absl::Status NulByteAt(const std::string& place);

// Whether Git writes such a line at the beginning or end of a conflict.
bool IsConflictMarker(std::string_view line);

// Size of the UTF-8 byte order mark at the start of `begin`: 3 or 0.
size_t ByteOrderMarkBytes(std::string_view begin);

// The decompressed contents of a file, at most `max_bytes` bytes.
absl::StatusOr<std::string> ReadDecompressed(const std::string& path, uint64_t max_bytes);

// As ReadDecompressed for text: checked, and without byte order mark. Lines end with LF or CR LF.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, uint64_t max_bytes);

}  // namespace elman
