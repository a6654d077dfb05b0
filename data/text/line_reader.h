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

// A longer line comes in several pieces, cut before the last space that keeps a piece within the
// bound, or, where there is none, between two characters.
inline constexpr size_t kMaxLineBytes = size_t{1} << 20;

// A line, or a piece of a long one.
struct LinePiece {
  std::string_view text;   // without its line feed (and the carriage return before it)
  bool continues = false;  // it is a further piece of the line before
  bool ends = true;        // its line ends here
};

// The lines of the files, one file after the other. A byte order mark at the begin of a file is
// dropped; lines end in LF or CR LF; the last line of a file may lack its end; bytes that are not
// UTF-8 pass through. What is no text (text_file.h) is refused, and so are NUL bytes unless they
// are wanted. Not for concurrent use.
class LineReader {
 public:
  // Files are opened when their turn comes; "-" is standard input.
  explicit LineReader(std::vector<std::string> files, bool nul_bytes = false);

  // The next piece, whose text is valid until the next call; false at the end of the last file.
  // Errors name the file.
  absl::StatusOr<bool> Next(LinePiece* piece);

  // Where the piece last read stands.
  const std::string& file() const { return files_[next_file_ - 1]; }
  size_t file_number() const { return next_file_ - 1; }
  uint64_t line() const { return line_; }  // from 1, in its file

 private:
  absl::StatusOr<bool> OpenNextFile();
  absl::Status Fill();
  absl::Status Take(size_t size, size_t skip, bool ends, LinePiece* piece);

  const std::vector<std::string> files_;
  const bool nul_bytes_;  // pass through
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
