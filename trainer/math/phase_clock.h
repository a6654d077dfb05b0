// Where the time of a step goes.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

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

  double Seconds(Phase phase) const { return seconds_[static_cast<int>(phase)]; }
  void ClearSeconds() { seconds_.fill(0); }

  // From now on every phase is recorded too, up to a limit.
  void StartTrace() { tracing_ = true; }
  // What was recorded as events of the Chrome trace format, each "{...}" followed by ",\n", with
  // `rank` as process.
  std::string TraceEvents(int rank) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Span {
    Phase phase;
    int64_t begin_microseconds;
    int64_t end_microseconds;
  };

  std::atomic<Phase> phase_ = Phase::kOther;
  std::atomic<int64_t> entries_ = 0;
  Clock::time_point entered_;
  std::array<double, kPhases> seconds_{};
  bool tracing_ = false;
  std::vector<Span> trace_;
};

}  // namespace elman
