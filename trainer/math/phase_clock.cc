#include "trainer/math/phase_clock.h"

#include <utility>

namespace elman {
namespace {

constexpr size_t kMaxTraceSpans = 1 << 18;

template <typename TimePoint>
int64_t Microseconds(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

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
  if (tracing_ && trace_.size() < kMaxTraceSpans)
    trace_.push_back({before, Microseconds(entered_), Microseconds(now)});
  phase_.store(phase, std::memory_order_relaxed);
  entries_.store(entries() + 1, std::memory_order_relaxed);  // one thread moves the clock
  entered_ = now;
}

std::string PhaseClock::TraceEvents(int rank) const {
  std::string events;
  for (const Span& span : trace_) {
    events += std::string("{\"ph\": \"X\", \"name\": \"") + PhaseName(span.phase) +
              "\", \"pid\": " + std::to_string(rank) +
              ", \"tid\": 0, \"ts\": " + std::to_string(span.begin_microseconds) +
              ", \"dur\": " + std::to_string(span.end_microseconds - span.begin_microseconds) +
              "},\n";
  }
  return events;
}

}  // namespace elman
