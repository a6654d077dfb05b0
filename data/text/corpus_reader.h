// Reads a corpus in chunks, which threads and ranks share among themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/random_access_file.h"
#include "data/text/line_reader.h"
#include "data/text/tagged_columns.h"
#include "data/text/text_cuts.h"
#include "data/text/text_window.h"

namespace elman {

struct Corpus {
  std::vector<std::string> files;              // read one after the other; "-" is standard input
  std::vector<std::string> target_files = {};  // of parallel files, one for each of `files`
  bool whole_lines = false;  // a line of more than kMaxLineBytes is an error, not cut
  bool sentences = false;    // lines up to an empty one belong together
};

// The bytes of its files; 0 where one is compressed or no regular file, and so how much text there
// is not known.
uint64_t PlainBytes(const Corpus& corpus);

// Consecutive lines of a file, or of a pair of parallel ones.
struct TextChunk {
  struct Line {
    uint32_t begin = 0;      // in `text`
    uint32_t size = 0;       // without its line feed (and the carriage return before it)
    bool continues = false;  // it is a further piece of the line before
    bool ends = true;        // its line ends here
  };
  uint64_t number = 0;      // 0, 1, 2, ... over the corpus
  uint64_t file_bytes = 0;  // of its files, that are its part
  ColumnLayout columns;     // of sentences: those of its file
  bool paired = false;      // of parallel files: line 2 i is of the source, line 2 i + 1 its target
  std::string text;         // and perhaps some of the text around
  std::vector<Line> lines;
  std::vector<std::string> files;  // one, or both of a pair

  std::string_view line(size_t i) const {
    return std::string_view(text).substr(lines[i].begin, lines[i].size);
  }
  // "FILE: line NUMBER", for messages. May count the lines of the file up to there.
  std::string PlaceOf(size_t i) const;

  // Where it is: what CorpusReader knows of it.
  uint64_t part = 0;                       // of its file
  uint64_t begin = 0;                      // of its text, in its file
  uint64_t lines_before = 0;               // of a pair, in each of its files
  std::shared_ptr<RandomAccessFile> file;  // null: its text is there already
};

// The lines of a corpus as chunks. A file that is no text (text_file.h) is refused; NUL bytes and
// bytes that are not UTF-8 pass through (example_rules.h). What a chunk holds depends on the corpus
// alone, and is the same for a file and for what it is when compressed. The chunks c with c mod
// `shares` = `share` come.
class CorpusReader {
 public:
  explicit CorpusReader(Corpus corpus, int share = 0, int shares = 1);

  // The next chunk, reusing its memory; false at the end of the corpus. Of files that are not
  // compressed only its place: nothing is read. Errors name the file, and the line where there is
  // one. Not for concurrent use.
  absl::StatusOr<bool> Next(TextChunk* chunk);

  // Fills in text and lines of a chunk that Next gave. Safe for any number of threads.
  absl::Status Read(TextChunk* chunk) const;

 private:
  absl::StatusOr<bool> NextPart(TextChunk* chunk);
  absl::StatusOr<bool> NextPairs(TextChunk* chunk);
  absl::Status OpenNextFile();
  absl::StatusOr<bool> ReadWhole(LineReader* reader, TextChunk* chunk) const;
  absl::Status CheckLines(const TextChunk& chunk) const;

  const Corpus corpus_;
  const uint64_t share_;
  const uint64_t shares_;
  size_t next_file_ = 0;
  uint64_t next_chunk_ = 0;
  uint64_t next_part_ = 0;                  // of the file in hand
  ColumnLayout columns_;                    // and its columns
  std::shared_ptr<RandomAccessFile> file_;  // the file in hand, if it is a plain one,
  std::unique_ptr<TextWindow> window_;      // else the text around the next part of it,
  std::unique_ptr<LineReader> sources_;     // or, of parallel files, the lines of both
  std::unique_ptr<LineReader> targets_;
};

}  // namespace elman
