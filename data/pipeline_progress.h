// Tells on standard error which step of a pipeline is under way: on a terminal with a line that
// moves, elsewhere with a line a step.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace elman {

class PipelineProgress {
 public:
  // Not `visible`: nothing is printed.
  PipelineProgress(int steps, bool visible);
  ~PipelineProgress();

  void Begin(const std::string& what);
  void Add(uint64_t bytes);  // of text, done in this step
  void End();

 private:
  std::string Line() const;

  const int steps_;
  const bool visible_;
  const bool terminal_;
  int step_ = 0;
  bool open_ = false;  // a step has begun and not ended
  std::string what_;
  uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace elman
