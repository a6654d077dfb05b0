// Reads the lines of text files, compressed or not, in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/decompression.h"

namespace elman {

// Maximum size of a piece. A longer line is divided into several pieces: before the last space that
// keeps the piece within the limit or, if there is none, between two characters.
inline constexpr size_t kMaxLineBytes = size_t{1} << 20;

// A line, or a piece of a long line.
struct LinePiece {
  std::string_view text;   // without its line feed and the carriage return before it
  bool continues = false;  // continues the previous line
  bool ends = true;        // its line ends here
};

// The lines of several files in order. A byte order mark at the begin of a file is removed. Lines
// end with LF or CR LF; the last line of a file may have no end. Bytes that are not UTF-8 are kept.
// Files that are not text (text_file.h) are rejected, and NUL bytes too unless `nul_bytes`. Not
// safe for concurrent use.
class LineReader {
 public:
  // A file is opened when it is needed; "-" is standard input.
  explicit LineReader(std::vector<std::string> files, bool nul_bytes = false);

  // Gets the next piece, whose text is valid until the next call. Returns false at the end of the
  // last file. Errors name the file.
  absl::StatusOr<bool> Next(LinePiece* piece);

  // The place of the last piece.
  const std::string& file() const { return files_[next_file_ - 1]; }
  size_t file_number() const { return next_file_ - 1; }
  uint64_t line() const { return line_; }  // in its file, counted from 1

 private:
  absl::StatusOr<bool> OpenNextFile();
  absl::Status Fill();
  absl::Status Take(size_t size, size_t skip, bool ends, LinePiece* piece);

  const std::vector<std::string> files_;
  const bool nul_bytes_;  // keep NUL bytes
  size_t next_file_ = 0;
  std::unique_ptr<ByteSource> source_;  // null between files
  std::string buffer_;                  // unread bytes are [used_, filled_)
  size_t used_ = 0;
  size_t filled_ = 0;
  bool source_ended_ = false;
  bool continues_ = false;  // the next piece continues a line
  uint64_t line_ = 0;
};

}  // namespace elman
