// The lines of a run on standard error: permanent lines and, below them, the progress line, which
// is redrawn in place on a terminal. There, lines are fitted to its width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace elman {

// A part of the progress line, such as "loss 2.3010".
struct ProgressPart {
  std::string text;
  // Where the line is too wide, the parts with the highest number are left out first; those with 0
  // stay.
  int omit = 0;
};

// Returns a bar of the completed steps and the parts, in at most `width` columns: first the bar is
// shortened, then parts are left out, then the bar; what is still too wide is cut.
std::string FittedProgress(int64_t step, int64_t total_steps, std::vector<ProgressPart> parts,
                           size_t width);

class TerminalLine {
 public:
  // If `quiet`, only lines of Print are printed.
  explicit TerminalLine(bool quiet);

  // Whether the output is a terminal and the progress line is due to be redrawn.
  bool WantsRedraw() const;
  // Draws the progress line, or prints it with all of its parts as a permanent line.
  void ShowProgress(int64_t step, int64_t total_steps, const std::vector<ProgressPart>& parts);

  // Prints a permanent line; on a terminal, it is wrapped between words.
  void Print(std::string_view line) const;
  void PrintInfo(std::string_view line) const;  // the same, unless quiet
  // The same for text to be copied, such as commands: it is not wrapped.
  void SayAsIs(std::string_view text) const;

  // Columns of the terminal; 80 if they are unknown.
  size_t width() const;

 private:
  const bool watched_;
  const bool quiet_;
  absl::Time shown_;
};

}  // namespace elman
