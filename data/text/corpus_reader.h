// Reads a corpus in chunks that are divided among threads and ranks.
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

// The files of a corpus and how to read them.
struct Corpus {
  std::vector<std::string> files;              // read in order; "-" is standard input
  std::vector<std::string> target_files = {};  // for parallel files, one for each of `files`
  bool whole_lines = false;  // a line longer than kMaxLineBytes is an error instead of being cut
  bool sentences = false;    // groups of lines, separated by empty lines, are not divided
};

// Size of the files in bytes; 0 if one is compressed or not a regular file, so that the amount of
// text is unknown.
uint64_t PlainBytes(const Corpus& corpus);

// Consecutive lines of a file or of a pair of parallel files.
struct TextChunk {
  struct Line {
    uint32_t begin = 0;      // in `text`
    uint32_t size = 0;       // without its line feed and the carriage return before it
    bool continues = false;  // continues the previous line
    bool ends = true;        // its line ends here
  };
  uint64_t number = 0;      // 0, 1, 2, ... over the corpus
  uint64_t file_bytes = 0;  // bytes of its files that belong to the chunk
  ColumnLayout columns;     // for `sentences`: columns of its file
  bool paired = false;      // parallel files: line 2 i is a source, line 2 i + 1 its target
  std::string text;         // may include some of the surrounding text
  std::vector<Line> lines;
  std::vector<std::string> files;  // one, or both files of a pair

  std::string_view line(size_t i) const {
    return std::string_view(text).substr(lines[i].begin, lines[i].size);
  }
  // "FILE: line NUMBER", for messages. May have to count the lines of the file up to this place.
  std::string PlaceOf(size_t i) const;

  // Where the chunk is; for use by CorpusReader.
  uint64_t part = 0;                       // number of the part in its file
  uint64_t begin = 0;                      // offset of its text in its file
  uint64_t lines_before = 0;               // for a pair: lines before it in each file
  std::shared_ptr<RandomAccessFile> file;  // null: the text has been read already
};

// Reads the lines of a corpus as chunks. Files that are not text are rejected (text_file.h). NUL
// bytes and bytes that are not UTF-8 are kept (example_rules.h). The contents of a chunk depend on
// the corpus only and are the same for compressed files. Returns the chunks c with c mod `shares` =
// `share`.
class CorpusReader {
 public:
  explicit CorpusReader(Corpus corpus, int share = 0, int shares = 1);

  // Gets the next chunk, reusing its memory. Returns false at the end of the corpus. For
  // uncompressed files it only sets the place of the chunk and reads nothing. Errors name the file
  // and, if possible, the line. Not safe for concurrent use.
  absl::StatusOr<bool> Next(TextChunk* chunk);

  // Sets the text and lines of a chunk from Next. Safe for concurrent use.
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
  uint64_t next_part_ = 0;                  // of the current file
  ColumnLayout columns_;                    // of the current file
  std::shared_ptr<RandomAccessFile> file_;  // the current file, if it is uncompressed and regular
  std::unique_ptr<TextWindow> window_;      // otherwise the text around its next part
  std::unique_ptr<LineReader> sources_;     // for parallel files, the lines of both
  std::unique_ptr<LineReader> targets_;
};

}  // namespace elman
