#include "trainer/reporting/terminal_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "data/format/table_text.h"

namespace elman {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(250);
constexpr char kClear[] = "\r\033[K";
constexpr size_t kMostCells = 16, kFewestCells = 4;  // of the bar
constexpr size_t kUsualWidth = 80, kLeastWidth = 20;

// A bar that shows the completed fraction of a run, and a space.
std::string Bar(int64_t step, int64_t total, size_t cells) {
  const auto all = static_cast<int64_t>(cells);
  const int64_t full = total > 0 ? std::clamp<int64_t>(all * step / total, 0, all) : all;
  std::string bar = "[";
  for (int64_t cell = 0; cell < all; ++cell) bar += cell < full ? "\u2588" : "\u2591";
  return bar + "] ";
}

std::string Joined(const std::vector<ProgressPart>& parts) {
  std::string line;
  for (const ProgressPart& part : parts)
    absl::StrAppend(&line, line.empty() ? "" : "  ", part.text);
  return line;
}

// Returns whether the output is a terminal. Under mpirun no rank's standard error is one;
// launch/elman-run reports whether its own is.
bool WatchedByAPerson() {
  if (const char* terminal = std::getenv("ELMAN_TERMINAL"))
    return std::string_view(terminal) == "1";
  return isatty(STDERR_FILENO);
}

}  // namespace

std::string FittedProgress(int64_t step, int64_t total_steps, std::vector<ProgressPart> parts,
                           size_t width) {
  constexpr size_t kBrackets = 3;  // and the space after the bar
  std::string line = Joined(parts);
  while (DisplayWidth(line) + kBrackets + kFewestCells > width) {
    const auto last = std::ranges::max_element(parts, {}, &ProgressPart::omit);
    if (last == parts.end() || last->omit == 0) break;
    parts.erase(last);
    line = Joined(parts);
  }
  const size_t taken = DisplayWidth(line) + kBrackets;
  if (taken + kFewestCells <= width)
    return Bar(step, total_steps, std::min(kMostCells, width - taken)) + line;
  while (DisplayWidth(line) > width) line.pop_back();  // its texts are ASCII
  return line;
}

TerminalLine::TerminalLine(bool quiet) : watched_(WatchedByAPerson()), quiet_(quiet) {}

bool TerminalLine::WantsRedraw() const { return watched_ && absl::Now() - shown_ > kRedraw; }

size_t TerminalLine::width() const {
  winsize size = {};
  int columns = 0;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    columns = size.ws_col;
  } else if (const char* given = std::getenv("ELMAN_COLUMNS")) {
    if (!absl::SimpleAtoi(given, &columns)) columns = 0;
  }
  return columns < static_cast<int>(kLeastWidth) ? kUsualWidth : static_cast<size_t>(columns);
}

void TerminalLine::ShowProgress(int64_t step, int64_t total_steps,
                                const std::vector<ProgressPart>& parts) {
  shown_ = absl::Now();
  if (quiet_) return;
  if (watched_) {
    // In the last column some terminals begin a new line.
    std::fprintf(stderr, "%s%s", kClear,
                 FittedProgress(step, total_steps, parts, width() - 1).c_str());
  } else {
    std::fprintf(stderr, "%s\n", Joined(parts).c_str());
  }
}

void TerminalLine::Print(std::string_view line) const {
  const std::string text = watched_ ? WrappedText(line, width()) : std::string(line);
  std::fprintf(stderr, "%s%s\n", watched_ ? kClear : "", text.c_str());
}

void TerminalLine::PrintInfo(std::string_view line) const {
  if (!quiet_) Print(line);
}

void TerminalLine::SayAsIs(std::string_view text) const {
  if (!quiet_) std::fprintf(stderr, "%s%s\n", watched_ ? kClear : "", std::string(text).c_str());
}

}  // namespace elman
