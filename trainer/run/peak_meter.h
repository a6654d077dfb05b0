// How many floating-point operations per second all ranks together can do in matrix products: what
// the speed of training is compared with.
#pragma once

#include <chrono>

#include "trainer/comm/communicator.h"

namespace elman {

class PeakMeter {
 public:
  // Measures at once. Between two measurements passes at least `least_pause` times what the first
  // took. The communicator must outlive the meter. Collective.
  explicit PeakMeter(Communicator* communicator, int least_pause = 100);

  // Floating-point operations per second, the same on every rank: measured now, by all ranks at the
  // same time, or, if it is too soon for that, what was measured last. Collective.
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
