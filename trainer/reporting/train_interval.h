// Computes rates and times of training since the last train line or, if that is later, since the
// start of this process.
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
  // `clock`, which measures the phases of a step, must outlive the interval. `peak` is the peak
  // FLOP/s of all ranks together (0: unknown).
  TrainInterval(const PhaseClock* clock, double peak, absl::Time now);

  void Add(const StepReport& report);
  // Sets the peak FLOP/s from now on.
  void SetPeak(double peak, absl::Time now);
  double peak() const { return peak_; }
  // Training paused for `seconds` for validation or a checkpoint; they are not counted.
  void Pause(double seconds) { paused_ += seconds; }

  // Of the tokens that metrics.jsonl counts as `tokens`: those that a tagger or a classifier reads,
  // the targets of other models.
  double TokensPerSecond(absl::Time now) const;
  // Returns MFU: useful FLOP/s as a fraction of the peak; nothing if the peak is unknown.
  std::optional<double> Utilization(absl::Time now) const;
  int64_t bytes_sent() const { return bytes_sent_ - bytes_before_; }
  JsonObject PhaseSeconds() const;  // of this rank
  // Returns the seconds that ranks waited for others: minimum, mean, maximum and the slowest rank.
  JsonObject Waits() const;

  // Call after a train line was written.
  void Restart(absl::Time now);

 private:
  double Seconds(absl::Time now) const;

  const PhaseClock* const clock_;
  double peak_;
  absl::Time began_;
  double paused_ = 0;
  // Before the last measurement of the peak: seconds of the interval, and operations that were
  // possible in them.
  double seconds_before_ = 0, possible_before_ = 0;
  int64_t tokens_ = 0, multiplications_ = 0;
  // Since the start of this process: until the last step, and until the start of the interval.
  int64_t bytes_sent_ = 0, bytes_before_ = 0;
  RankWaits waits_;
  std::array<double, kPhases> phases_before_{};
};

}  // namespace elman
