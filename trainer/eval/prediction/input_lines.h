// Lines as they come: as many at a time as are there, so that a pipe or a person is answered at
// once. Compressed input is decompressed, and input that is no text is refused at its begin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/io/decompression.h"

namespace elman {

// Not for concurrent use.
class InputLines {
 public:
  // Reads a file descriptor, which stays open.
  explicit InputLines(int descriptor) : descriptor_(descriptor) {}

  // Waits for a line and takes what else is there without waiting (of compressed input: what it
  // takes to have `most`), `most` in all. Lines come without LF or CR LF, and the first without a
  // byte order mark; the last may lack its end. Empty: the end of the input. A line of more than
  // kMaxLineBytes, as no corpus has one, is an error, after those before it have come. NUL bytes
  // within text are bytes like others: one line of many cannot end a service.
  absl::StatusOr<std::vector<std::string>> Next(size_t most);

  uint64_t taken() const { return taken_; }  // lines so far

 private:
  absl::Status Fill();
  absl::Status CheckBegin();
  absl::Status TooLong() const;
  bool MoreIsThere() const;
  bool TakeLine(std::string* line);

  const int descriptor_;
  std::unique_ptr<ByteSource> source_;  // null before the first byte is read
  bool compressed_ = false;
  bool checked_ = false;  // that the begin is one of text
  std::string buffer_;    // unread bytes begin at used_
  size_t used_ = 0;
  size_t searched_ = 0;  // no line feed before
  bool ended_ = false;
  uint64_t taken_ = 0;
  absl::Status failure_;  // of the line that comes next
};

}  // namespace elman
