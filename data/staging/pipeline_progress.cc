#include "data/staging/pipeline_progress.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"

namespace elman {

using std::chrono::steady_clock;

PipelineProgress::PipelineProgress(int steps, bool visible, int workers)
    : steps_(steps),
      visible_(visible),
      terminal_(::isatty(STDERR_FILENO) == 1),
      workers_(workers) {}

// After a failed step, end the line on the terminal.
PipelineProgress::~PipelineProgress() {
  if (visible_ && open_ && terminal_) std::fputc('\n', stderr);
}

void PipelineProgress::Begin(const std::string& what, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++step_;
  what_ = what;
  bytes_ = skipped_ = 0;
  expected_ = bytes;
  open_ = true;
  begin_ = drawn_ = steady_clock::now();
  if (visible_) std::fprintf(stderr, terminal_ ? "%s" : "%s\n", Line().c_str());
}

void PipelineProgress::Add(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ += bytes * workers_;
  const steady_clock::time_point now = steady_clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(30);
  if (visible_ && now - drawn_ >= pause) Draw(now);
}

void PipelineProgress::Draw(steady_clock::time_point now) {
  drawn_ = now;
  // Clears the rest of a longer previous line.
  std::fprintf(stderr, terminal_ ? "\r%s\033[K" : "%s\n", Line().c_str());
}

void PipelineProgress::Skip(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  skipped_ += bytes * workers_;
}

void PipelineProgress::PrintInfo(const std::string& line) {
  if (visible_) std::fprintf(stderr, open_ && terminal_ ? "\r\033[K%s\n" : "%s\n", line.c_str());
}

void PipelineProgress::End() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_ = false;
  expected_ = 0;
  if (!visible_ || !terminal_) return;
  Draw(steady_clock::now());
  std::fputc('\n', stderr);
}

std::string PipelineProgress::Line() const {
  std::string line = absl::StrFormat("step %d of %d: %s", step_, steps_, what_);
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begin_).count();
  if (bytes_ == 0 || seconds <= 0) return line;
  const double rate = static_cast<double>(bytes_) / seconds;
  const uint64_t passed = bytes_ + skipped_;
  absl::StrAppendFormat(&line, ", %.1f", static_cast<double>(passed) * 1e-6);
  if (expected_ > 0)
    absl::StrAppendFormat(&line, " of %.1f", static_cast<double>(expected_) * 1e-6);
  absl::StrAppendFormat(&line, " MB, %.1f MB/s", rate * 1e-6);
  if (expected_ > passed) {
    const auto left = static_cast<int64_t>(static_cast<double>(expected_ - passed) / rate);
    absl::StrAppend(&line, ", ", ClockText(left), " left");
  }
  return line;
}

}  // namespace elman
