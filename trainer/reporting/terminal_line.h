// The lines of a run on standard error: permanent lines and, below them, the progress line, which
// is redrawn in place on a terminal.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace elman {

class TerminalLine {
 public:
  // If `quiet`, only lines of Print are printed.
  explicit TerminalLine(bool quiet);

  // Whether the output is a terminal and the progress line is due to be redrawn.
  bool WantsRedraw() const;
  // Draws the progress line after a bar of the completed steps, or prints it as a permanent line.
  void ShowProgress(int64_t step, int64_t total_steps, const std::string& line);

  void Print(const std::string& line);  // prints a permanent line
  void Say(const std::string& line);    // the same, unless quiet

 private:
  const bool watched_;
  const bool quiet_;
  absl::Time shown_;
};

}  // namespace elman
