#include "trainer/network/timing/phase_clock.h"

#include <chrono>

namespace elman {
const char* PhaseName(Phase phase) {
  static constexpr std::array<const char*, kPhases> kNames = {
      "data", "forward", "backward", "exchange", "optimizer", "wait", "other"};
  return kNames[static_cast<int>(phase)];
}

PhaseClock::PhaseClock() : entered_(Clock::now()) {}

void PhaseClock::Enter(Phase phase) {
  const Clock::time_point now = Clock::now();
  const Phase before = this->phase();
  seconds_[static_cast<int>(before)] += std::chrono::duration<double>(now - entered_).count();
  if (timeline_ && before != Phase::kOther) timeline_->Record(PhaseName(before), entered_, now);
  phase_.store(phase, std::memory_order_relaxed);
  entries_.store(entries() + 1, std::memory_order_relaxed);  // only one thread moves the clock
  entered_ = now;
}

}  // namespace elman
