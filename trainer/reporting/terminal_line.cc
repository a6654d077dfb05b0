#include "trainer/reporting/terminal_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/time/clock.h"

namespace elman {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(250);
constexpr char kClear[] = "\r\033[K";

// A bar that shows the completed fraction of a run.
std::string Bar(int64_t step, int64_t total) {
  constexpr int64_t kCells = 16;
  const int64_t full = total > 0 ? std::clamp<int64_t>(kCells * step / total, 0, kCells) : kCells;
  std::string bar = "[";
  for (int64_t cell = 0; cell < kCells; ++cell) bar += cell < full ? "\u2588" : "\u2591";
  return bar + "]";
}

// Returns whether the output is a terminal. Under mpirun no rank's standard error is one;
// launch/elman-run reports whether its own is.
bool WatchedByAPerson() {
  if (const char* terminal = std::getenv("ELMAN_TERMINAL"))
    return std::string_view(terminal) == "1";
  return isatty(STDERR_FILENO);
}

}  // namespace

TerminalLine::TerminalLine(bool quiet) : watched_(WatchedByAPerson()), quiet_(quiet) {}

bool TerminalLine::WantsRedraw() const { return watched_ && absl::Now() - shown_ > kRedraw; }

void TerminalLine::ShowProgress(int64_t step, int64_t total_steps, const std::string& line) {
  shown_ = absl::Now();
  if (quiet_) return;
  if (watched_) {
    std::fprintf(stderr, "%s%s %s", kClear, Bar(step, total_steps).c_str(), line.c_str());
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

void TerminalLine::Print(const std::string& line) {
  std::fprintf(stderr, "%s%s\n", watched_ ? kClear : "", line.c_str());
}

void TerminalLine::Say(const std::string& line) {
  if (!quiet_) Print(line);
}

}  // namespace elman
