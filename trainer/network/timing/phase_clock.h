// Measures the time that a training step spends in each phase.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "trainer/network/timing/timeline.h"

namespace elman {

enum class Phase { kData, kForward, kBackward, kExchange, kOptimizer, kWait, kOther };
inline constexpr int kPhases = 7;
// Returns the name of a phase in lower case, as used in metrics.jsonl.
const char* PhaseName(Phase phase);

// A clock that is always in one phase; Enter changes the phase.
class PhaseClock {
 public:
  PhaseClock();

  // Ends the current phase and begins `phase`.
  void Enter(Phase phase);

  // The current phase, and the number of phase changes. May be called from any thread.
  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  int64_t entries() const { return entries_.load(std::memory_order_relaxed); }

  // Time in a phase since construction, without the time since the last Enter.
  double Seconds(Phase phase) const { return seconds_[static_cast<int>(phase)]; }

  // From now on, records every phase except kOther in `timeline` too, which must outlive the clock.
  void RecordIn(Timeline* timeline) { timeline_ = timeline; }
  Timeline* timeline() const { return timeline_; }  // null if nothing is recorded

 private:
  using Clock = Timeline::Clock;

  std::atomic<Phase> phase_ = Phase::kOther;
  std::atomic<int64_t> entries_ = 0;
  Clock::time_point entered_;
  std::array<double, kPhases> seconds_{};
  Timeline* timeline_ = nullptr;
};

// Records a part of a phase, from construction to the end of the block, if `clock` is not null and
// has a timeline. The name must outlive the timeline.
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
