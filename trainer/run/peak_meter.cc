#include "trainer/run/peak_meter.h"

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "trainer/network/math/product_rate.h"

namespace elman {

PeakMeter::PeakMeter(Communicator* communicator, int least_pause)
    : communicator_(communicator), least_pause_(least_pause) {
  MeasureNow(0.1);
}

double PeakMeter::Measure() {
  // Rank 0 decides, because the clocks of ranks differ.
  uint8_t due = Clock::now() - measured_at_ >= least_pause_ * took_;
  communicator_->Broadcast(std::as_writable_bytes(std::span(&due, 1)), 0);
  if (due != 0) MeasureNow(0.02);
  return peak_;
}

void PeakMeter::MeasureNow(double seconds) {
  communicator_->Barrier();
  const Clock::time_point began = Clock::now();
  const double mine = ProductRate(seconds);
  std::vector<double> all(communicator_->size());
  communicator_->AllGather(std::as_bytes(std::span(&mine, 1)),
                           std::as_writable_bytes(std::span(all)));
  peak_ = std::accumulate(all.begin(), all.end(), 0.0);
  measured_at_ = Clock::now();
  took_ = measured_at_ - began;
}

}  // namespace elman
