#include "data/pipeline_progress.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_format.h"

namespace elman {

using std::chrono::steady_clock;

PipelineProgress::PipelineProgress(int steps, bool visible, int workers)
    : steps_(steps),
      visible_(visible),
      terminal_(::isatty(STDERR_FILENO) == 1),
      workers_(workers) {}

// A step that failed leaves the terminal on a line of its own.
PipelineProgress::~PipelineProgress() {
  if (visible_ && open_ && terminal_) std::fputc('\n', stderr);
}

void PipelineProgress::Begin(const std::string& what) {
  ++step_;
  what_ = what;
  bytes_ = 0;
  open_ = true;
  begin_ = drawn_ = steady_clock::now();
  if (visible_) std::fprintf(stderr, terminal_ ? "%s" : "%s\n", Line().c_str());
}

void PipelineProgress::Add(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ += bytes * workers_;
  const steady_clock::time_point now = steady_clock::now();
  if (!visible_ || !terminal_ || now - drawn_ < std::chrono::milliseconds(200)) return;
  drawn_ = now;
  std::fprintf(stderr, "\r%s", Line().c_str());
}

void PipelineProgress::End() {
  open_ = false;
  if (visible_ && terminal_) std::fprintf(stderr, "\r%s\n", Line().c_str());
}

std::string PipelineProgress::Line() const {
  std::string line = absl::StrFormat("step %d of %d: %s", step_, steps_, what_);
  if (bytes_ == 0) return line;
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begin_).count();
  absl::StrAppendFormat(&line, ", %.1f MB, %.1f MB/s", bytes_ * 1e-6, bytes_ * 1e-6 / seconds);
  return line;
}

}  // namespace elman
