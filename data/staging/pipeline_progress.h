// Tells on standard error which step of a pipeline is under way: on a terminal with a line that
// moves, elsewhere with a line a step and one every half minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace elman {

class PipelineProgress {
 public:
  // Not `visible`: nothing is printed. What is added is taken to be done by each of `workers`.
  PipelineProgress(int steps, bool visible, int workers = 1);
  ~PipelineProgress();

  // `bytes` is what the step will come to; 0: unknown.
  void Begin(const std::string& what, uint64_t bytes = 0);
  void Add(uint64_t bytes);   // of text, done in this step; by any thread
  void Skip(uint64_t bytes);  // of text, that need not be done
  void End();
  void SkipSteps(int steps) { step_ += steps; }

  // A line of its own, between steps or within one.
  void Say(const std::string& line);

 private:
  void Draw(std::chrono::steady_clock::time_point now);
  std::string Line() const;

  const int steps_;
  const bool visible_;
  const bool terminal_;
  const int workers_;
  std::mutex mutex_;  // guards the following
  int step_ = 0;
  bool open_ = false;  // a step has begun and not ended
  std::string what_;
  uint64_t bytes_ = 0;    // done in this step
  uint64_t skipped_ = 0;  // that need not be done
  uint64_t expected_ = 0;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace elman
