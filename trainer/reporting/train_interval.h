// Rates and times of training since the last train line or, if that is later, since the start of
// this process.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "data/format/json_writer.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/reporting/step_report.h"

namespace elman {

class TrainInterval {
 public:
  // `clock`, which tells where the time goes, must outlive the interval. The ranks together could
  // do `peak` floating-point operations per second (0: unknown).
  TrainInterval(const PhaseClock* clock, double peak, absl::Time now);

  void Add(const StepReport& report);
  // From now on the ranks could do so many operations per second.
  void SetPeak(double peak, absl::Time now);
  double peak() const { return peak_; }
  // Training stood still for `seconds`, for validation or a checkpoint: they do not count.
  void Pause(double seconds) { paused_ += seconds; }

  double TokensPerSecond(absl::Time now) const;
  // MFU: the useful operations per second as a fraction of the peak; none if that is unknown.
  std::optional<double> Utilization(absl::Time now) const;
  int64_t bytes_sent() const { return bytes_sent_ - bytes_before_; }
  JsonObject PhaseSeconds() const;  // of this rank
  // Seconds that ranks waited for others: least, median, most and the slowest rank. At least one
  // step was added.
  JsonObject Waits() const;

  // A train line was written.
  void Restart(absl::Time now);

 private:
  double Seconds(absl::Time now) const;

  const PhaseClock* const clock_;
  double peak_;
  absl::Time began_;
  double paused_ = 0;
  // Until the peak was measured last: seconds of the interval, and operations possible in them.
  double seconds_before_ = 0, possible_before_ = 0;
  int64_t targets_ = 0, multiplications_ = 0;
  // Since the start of this process, until the last step, and until the interval began.
  int64_t bytes_sent_ = 0, bytes_before_ = 0;
  std::vector<double> waited_, waited_before_;  // by rank
  std::array<double, kPhases> phases_before_{};
};

}  // namespace elman
