// The lines of a run on standard error: lines that stay and, below them, the line of progress,
// which is drawn anew in place where a person watches.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace elman {

class TerminalLine {
 public:
  // Where it is `quiet`, only lines of Print are printed.
  explicit TerminalLine(bool quiet);

  // A person watches, and the line of progress is no longer new.
  bool WantsRedraw() const;
  // Draws the line of progress, after a bar of the steps done, or prints it as a line of its own.
  void ShowProgress(int64_t step, int64_t total_steps, const std::string& line);

  void Print(const std::string& line);  // a line that stays
  void Say(const std::string& line);    // the same, unless quiet

 private:
  const bool watched_;
  const bool quiet_;
  absl::Time shown_;
};

}  // namespace elman
