// Reads a corpus in chunks, which threads and ranks share among themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/line_reader.h"

namespace elman {

// A chunk is closed by the line that brings it to this size.
inline constexpr size_t kChunkBytes = size_t{1} << 20;

struct Corpus {
  std::vector<std::string> files;              // read one after the other; "-" is standard input
  std::vector<std::string> target_files = {};  // of parallel files, one for each of `files`
  bool whole_lines = false;  // a line of more than kMaxLineBytes is an error, not cut
  bool sentences = false;    // lines up to an empty one belong together, and to one file
};

// Consecutive lines of a corpus.
struct TextChunk {
  struct Line {
    uint32_t begin = 0;      // in `text`
    uint32_t size = 0;       // without its line feed (and the carriage return before it)
    bool continues = false;  // it is a further piece of the line before
    bool ends = true;        // its line ends here
    uint32_t file = 0;       // in `files`
    uint64_t number = 0;     // from 1, in its file
  };
  uint64_t number = 0;  // 0, 1, 2, ... over the corpus
  bool paired = false;  // of parallel files: line 2 i is of the source, line 2 i + 1 its target
  std::string text;
  std::vector<Line> lines;
  std::vector<std::string> files;

  std::string_view line(size_t i) const {
    return std::string_view(text).substr(lines[i].begin, lines[i].size);
  }
  // "FILE: line NUMBER", for messages.
  std::string PlaceOf(size_t i) const;
};

// The lines of a corpus as chunks. What a chunk holds depends on the corpus alone. The chunks c
// with c mod `shares` = `share` come; the others are read and left out, since compressed files
// cannot be entered in the middle. Not for concurrent use.
class CorpusReader {
 public:
  explicit CorpusReader(Corpus corpus, int share = 0, int shares = 1);

  // Fills `chunk`, reusing its memory; false at the end of the corpus. Errors name the file, and
  // the line where there is one.
  absl::StatusOr<bool> Next(TextChunk* chunk);

 private:
  absl::Status FillWithLines(TextChunk* chunk);
  absl::Status FillWithPairs(TextChunk* chunk);
  absl::StatusOr<bool> ReadLine(LineReader* reader, LinePiece* piece) const;

  const Corpus corpus_;
  const uint64_t share_;
  const uint64_t shares_;
  std::unique_ptr<LineReader> lines_;    // of all files, or of the source of a pair
  std::unique_ptr<LineReader> targets_;  // of the target of a pair
  size_t next_pair_ = 0;
  uint64_t next_chunk_ = 0;
};

}  // namespace elman
