// Prints the current step of a pipeline to standard error. On a terminal it updates one line;
// elsewhere it prints one line per step and one every half minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace elman {

// Progress over a fixed number of steps.
class PipelineProgress {
 public:
  // `visible` false: prints nothing. `workers` is the number of processes; each is assumed to do as
  // much as this one.
  PipelineProgress(int steps, bool visible, int workers = 1);
  ~PipelineProgress();

  // Begins a step. `bytes` is its expected total; 0: unknown.
  void Begin(const std::string& what, uint64_t bytes = 0);
  void Add(uint64_t bytes);   // bytes of text done in this step; safe to call from any thread
  void Skip(uint64_t bytes);  // bytes of text that need not be done
  void End();
  void SkipSteps(int steps) { step_ += steps; }

  // Prints a separate line, between steps or during one.
  void PrintInfo(const std::string& line);

 private:
  void Draw(std::chrono::steady_clock::time_point now);
  std::string Line() const;

  const int steps_;
  const bool visible_;
  const bool terminal_;
  const int workers_;
  std::mutex mutex_;  // guards the members below
  int step_ = 0;
  bool open_ = false;  // a step has begun and not ended
  std::string what_;
  uint64_t bytes_ = 0;    // done in this step
  uint64_t skipped_ = 0;  // need not be done
  uint64_t expected_ = 0;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace elman
