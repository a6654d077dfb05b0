// Reads lines as they arrive, in groups of all that are available, so that a pipe or an interactive
// user gets answers at once. Decompresses compressed input, and rejects input that is not text at
// its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/io/decompression.h"

namespace elman {

// Not thread-safe.
class InputLines {
 public:
  // Reads a file descriptor, which is not closed.
  explicit InputLines(int descriptor) : descriptor_(descriptor) {}

  // Waits for one line and returns it with further lines that are available without waiting, at
  // most `most`. (For compressed input, waits for `most` lines.) Lines are returned without LF or
  // CR LF, the first one without a byte order mark; the last line may lack its line feed. An empty
  // result means the end of the input. A line of more than kMaxLineBytes, the limit for corpora, is
  // an error, which is returned after all lines before it. NUL bytes within text are accepted, so
  // that one bad line cannot end a service.
  absl::StatusOr<std::vector<std::string>> Next(size_t most);

  uint64_t taken() const { return taken_; }  // number of lines so far

 private:
  absl::Status Fill();
  absl::Status CheckBegin();
  absl::Status TooLong() const;
  bool MoreIsThere() const;
  bool TakeLine(std::string* line);

  const int descriptor_;
  std::unique_ptr<ByteSource> source_;  // null before the first read
  bool compressed_ = false;
  bool checked_ = false;  // whether the start was checked to be text
  std::string buffer_;    // unread bytes begin at used_
  size_t used_ = 0;
  size_t searched_ = 0;  // there is no line feed before this position
  bool ended_ = false;
  uint64_t taken_ = 0;
  absl::Status failure_;  // error to return for the next line
};

}  // namespace elman
