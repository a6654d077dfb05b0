// Where the time of a step goes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "trainer/network/timing/timeline.h"

namespace elman {

enum class Phase { kData, kForward, kBackward, kExchange, kOptimizer, kWait, kOther };
inline constexpr int kPhases = 7;
const char* PhaseName(Phase phase);

// A clock that always runs in one phase; Enter moves it to the next.
class PhaseClock {
 public:
  PhaseClock();

  void Enter(Phase phase);

  // From any thread: where it is, and how often it has been moved.
  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  int64_t entries() const { return entries_.load(std::memory_order_relaxed); }

  // Since the clock runs, but for the time since the last Enter.
  double Seconds(Phase phase) const { return seconds_[static_cast<int>(phase)]; }

  // From now on every phase but kOther is recorded too, in `timeline`, which must stay.
  void RecordIn(Timeline* timeline) { timeline_ = timeline; }
  Timeline* timeline() const { return timeline_; }  // null: nothing is recorded

 private:
  using Clock = Timeline::Clock;

  std::atomic<Phase> phase_ = Phase::kOther;
  std::atomic<int64_t> entries_ = 0;
  Clock::time_point entered_;
  std::array<double, kPhases> seconds_{};
  Timeline* timeline_ = nullptr;
};

// A part of a phase, from here to the end of the block, where a clock is given that records; the
// name must outlive what it records in.
class TimedSpan {
 public:
  TimedSpan(const PhaseClock* clock, const char* name)
      : timeline_(clock ? clock->timeline() : nullptr), name_(name) {
    if (timeline_) begin_ = Timeline::Clock::now();
  }
  ~TimedSpan() {
    if (timeline_) timeline_->Record(name_, begin_, Timeline::Clock::now());
  }
  TimedSpan(const TimedSpan&) = delete;
  TimedSpan& operator=(const TimedSpan&) = delete;

 private:
  Timeline* const timeline_;
  const char* const name_;
  Timeline::Clock::time_point begin_;
};

}  // namespace elman
