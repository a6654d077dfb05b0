// Measures the peak FLOP/s of all ranks together in matrix products; MFU is relative to it.
#pragma once

#include <chrono>

#include "trainer/comm/communicator.h"

namespace elman {

class PeakMeter {
 public:
  // Measures immediately. The pause between two measurements is at least `least_pause` times the
  // duration of the first one. The communicator must outlive the meter. Collective.
  explicit PeakMeter(Communicator* communicator, int least_pause = 100);

  // Returns FLOP/s, the same on every rank: measured now, by all ranks at the same time, or the
  // last result if the pause has not passed. Collective.
  double Measure();

  double peak() const { return peak_; }

 private:
  using Clock = std::chrono::steady_clock;

  void MeasureNow(double seconds);

  Communicator* const communicator_;
  const int least_pause_;
  double peak_ = 0;
  Clock::time_point measured_at_;
  Clock::duration took_{};
};

}  // namespace elman
