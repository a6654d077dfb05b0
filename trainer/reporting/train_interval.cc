#include "trainer/reporting/train_interval.h"

#include <algorithm>

namespace elman {
namespace {

constexpr Phase kReported[] = {Phase::kData,     Phase::kForward,   Phase::kBackward,
                               Phase::kExchange, Phase::kOptimizer, Phase::kWait};

}  // namespace

TrainInterval::TrainInterval(const PhaseClock* clock, double peak, absl::Time now)
    : clock_(clock), peak_(peak), began_(now) {}

void TrainInterval::Add(const StepReport& report) {
  tokens_ += report.step_tokens;
  multiplications_ += report.multiplications;
  bytes_sent_ = report.bytes_sent;
  waits_ = report.waits;
}

double TrainInterval::Seconds(absl::Time now) const {
  return std::max(absl::ToDoubleSeconds(now - began_) - paused_, 1e-9);
}

void TrainInterval::SetPeak(double peak, absl::Time now) {
  const double seconds = Seconds(now);
  possible_before_ += (seconds - seconds_before_) * peak_;
  seconds_before_ = seconds;
  peak_ = peak;
}

double TrainInterval::TokensPerSecond(absl::Time now) const {
  return static_cast<double>(tokens_) / Seconds(now);
}

std::optional<double> TrainInterval::Utilization(absl::Time now) const {
  if (peak_ <= 0) return std::nullopt;
  // The backward pass takes twice the operations of the forward pass; each multiplication has one
  // addition.
  const double operations = 3 * 2 * static_cast<double>(multiplications_);
  return operations / (possible_before_ + (Seconds(now) - seconds_before_) * peak_);
}

JsonObject TrainInterval::PhaseSeconds() const {
  JsonObject json;
  for (const Phase phase : kReported) {
    json.Add(PhaseName(phase), clock_->Seconds(phase) - phases_before_[static_cast<size_t>(phase)]);
  }
  return json;
}

JsonObject TrainInterval::Waits() const {
  const double mean = waits_.sum / static_cast<double>(std::max<int64_t>(1, waits_.ranks));
  JsonObject json;
  json.Add("least", waits_.least).Add("mean", mean);
  return json.Add("most", waits_.most).Add("slowest_rank", waits_.slowest_rank);
}

void TrainInterval::Restart(absl::Time now) {
  began_ = now;
  paused_ = 0;
  seconds_before_ = possible_before_ = 0;
  tokens_ = multiplications_ = 0;
  bytes_before_ = bytes_sent_;
  for (int phase = 0; phase < kPhases; ++phase)
    phases_before_[phase] = clock_->Seconds(static_cast<Phase>(phase));
}

}  // namespace elman
