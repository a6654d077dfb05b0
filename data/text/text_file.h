// Tells text from what is no text. Whatever reads a text file of a user's goes through here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// What a file that begins with `begin` holds instead of text, and what makes text of it: "a zip
// archive; unpack it: ...". Empty: nothing that is known by its first bytes.
std::string DescribeNoText(std::string_view begin);

// InvalidArgument, which names the remedy, if a file that begins with `begin` is no text: a known
// format, UTF-16 or UTF-32 with or without byte order mark, or carriage returns in the place of
// line feeds. The more of the file is given, up to a mebibyte, the more is found; `whole`: that is
// all of it. Compressed data must have been decompressed before.
absl::Status CheckTextBegin(const std::string& file, std::string_view begin, bool whole);

// CheckTextBegin of what a file or pipe begins with, after decompression.
absl::Status CheckTextFile(const std::string& path);

// InvalidArgument that names the place of a NUL byte, "FILE: line NUMBER".
absl::Status NulByteAt(const std::string& place);

// The bytes of the byte order mark of UTF-8 with which `begin` begins: 3 or 0.
size_t ByteOrderMarkBytes(std::string_view begin);

// The whole of a file of at most `max_bytes` bytes, decompressed.
absl::StatusOr<std::string> ReadDecompressed(const std::string& path, uint64_t max_bytes);

// The same of a text, checked, and without byte order mark. Lines end in LF or CR LF.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, uint64_t max_bytes);

}  // namespace elman
