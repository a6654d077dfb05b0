// Reads a corpus: lines of text from a list of files, compressed or not, in bounded memory.
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
// A chunk is closed by the line that brings it to this size.
inline constexpr size_t kChunkBytes = size_t{1} << 20;

// Consecutive lines of a corpus.
struct TextChunk {
  struct Line {
    uint32_t begin = 0;      // in `text`
    uint32_t size = 0;       // without its line feed (and the carriage return before it)
    bool continues = false;  // it is a further piece of the line before
    bool ends = true;        // its line ends here
  };
  uint64_t number = 0;  // 0, 1, 2, ... over the corpus
  std::string text;
  std::vector<Line> lines;

  std::string_view line(size_t i) const {
    return std::string_view(text).substr(lines[i].begin, lines[i].size);
  }
};

// The lines of the files, one file after the other, as chunks. What a chunk holds depends on the
// corpus alone. A byte order mark at the begin of a file is dropped; lines end in LF or CR LF; the
// last line of a file may lack its end; NUL bytes and bytes that are not UTF-8 pass through. UTF-16
// is refused. Not for concurrent use.
class CorpusReader {
 public:
  // Files are opened when their turn comes; "-" is standard input.
  explicit CorpusReader(std::vector<std::string> files);

  // Fills `chunk`, reusing its memory; false at the end of the corpus. Errors name the file.
  absl::StatusOr<bool> Next(TextChunk* chunk);

 private:
  absl::StatusOr<bool> OpenNextFile();
  absl::Status Fill();
  void AddLine(size_t size, bool ends, TextChunk* chunk);

  const std::vector<std::string> files_;
  size_t next_file_ = 0;
  std::unique_ptr<ByteSource> source_;  // null between files
  std::string buffer_;                  // unread bytes are [used_, filled_)
  size_t used_ = 0;
  size_t filled_ = 0;
  bool source_ended_ = false;
  bool continues_ = false;  // the next piece continues a line
  uint64_t next_chunk_ = 0;
};

}  // namespace elman
