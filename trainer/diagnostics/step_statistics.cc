#include "trainer/diagnostics/step_statistics.h"

#include <algorithm>
#include <cmath>

namespace elman {
namespace {

// Limits for the fractions `low` and `high`. Buckets that are completely below or above the limit
// count; kRounding compensates rounding errors of bucket limits.
constexpr double kClosed = 0.1, kOpen = 0.9, kSaturated = 0.95, kRounding = 1e-9;
// Upper limit of time constants, in steps. Single precision cannot distinguish longer ones from
// infinity.
constexpr double kLongest = 1e6;
constexpr int64_t kEveryLagUntil = 32;

// Returns whether a lag is one of those that are reported.
bool IsShownLag(int64_t lag) {
  if (lag <= kEveryLagUntil) return true;
  // About eight lags per doubling.
  const double eighths = std::ceil(8 * std::log2(static_cast<double>(lag)));
  return lag == std::llround(std::exp2(eighths / 8));
}

Histogram HistogramOf(const ActivationSums& sums, ActivationRange range) {
  Histogram histogram{sums.least, sums.greatest, sums.number, sums.sum, sums.squares, {}};
  const std::vector<double> limits = BucketLimits(range);
  for (size_t i = 0; i < sums.counts.size(); ++i)
    histogram.buckets.push_back({limits[i], sums.counts[i]});
  return histogram;
}

double ShareUpTo(const Histogram& histogram, double limit) {
  double count = 0;
  for (const Histogram::Bucket& bucket : histogram.buckets) {
    if (bucket.limit <= limit + kRounding) count += bucket.count;
  }
  return histogram.number > 0 ? count / histogram.number : 0;
}

ActivationStatistics StatisticsOf(const Activation& what, const ActivationSums& sums) {
  ActivationStatistics statistics{.what = what, .histogram = HistogramOf(sums, what.range)};
  const Histogram& histogram = statistics.histogram;
  if (sums.number > 0) statistics.mean = sums.sum / sums.number;
  switch (what.range) {
    case ActivationRange::kGate:
      statistics.low = ShareUpTo(histogram, kClosed);
      statistics.high = 1 - ShareUpTo(histogram, kOpen);
      break;
    case ActivationRange::kTanh:
      statistics.low = ShareUpTo(histogram, -kSaturated);
      statistics.high = 1 - ShareUpTo(histogram, kSaturated);
      break;
    case ActivationRange::kRectifier:
      statistics.low = ShareUpTo(histogram, 0);
      break;
  }
  return statistics;
}

TimeConstants TimeConstantsOf(const RecurrenceSums& sums) {
  std::vector<double> constants;
  for (const double kept : sums.kept) {
    const double mean = kept / sums.rows;
    constants.push_back(mean < 1 ? std::min(-1 / std::log(mean), kLongest) : kLongest);
  }
  std::ranges::sort(constants);
  const auto quantile = [&](double share) {
    return constants[std::lround(share * static_cast<double>(constants.size() - 1))];
  };
  return {quantile(0.25), quantile(0.5), quantile(0.75)};
}

}  // namespace

RecurrenceStatistics StatisticsOf(const RecurrenceSums& sums) {
  RecurrenceStatistics statistics{.name = sums.name, .cell = sums.cell};
  const int64_t farthest = std::ssize(sums.lags) - 1;
  for (int64_t lag = 0; lag <= farthest && sums.lags[0].entered > 0; ++lag) {
    const LagSums& at = sums.lags[lag];
    if (at.entered == 0 || (!IsShownLag(lag) && lag != farthest)) continue;
    statistics.lags.push_back({.lag = lag,
                               .sequences = at.sequences,
                               .norm = std::sqrt(at.h / at.sequences),
                               .cell_norm = std::sqrt(at.c / at.sequences),
                               .ratio = std::sqrt((at.h + at.c) / at.entered)});
  }
  const std::span<const Activation> activations = ActivationsOf(sums.cell);
  for (size_t i = 0; i < sums.activations.size(); ++i)
    statistics.activations.push_back(StatisticsOf(activations[i], sums.activations[i]));
  if (!sums.kept.empty() && sums.rows > 0) statistics.time_constants = TimeConstantsOf(sums);
  return statistics;
}

std::vector<LayerStatistics> LayersOf(std::span<const ParameterStatistics> parameters) {
  std::vector<LayerStatistics> layers;
  for (const ParameterStatistics& parameter : parameters) {
    const std::string name = parameter.name.substr(0, parameter.name.find('.'));
    auto layer = std::ranges::find(layers, name, &LayerStatistics::name);
    if (layer == layers.end()) layer = layers.insert(layers.end(), {.name = name});
    layer->gradient = std::hypot(layer->gradient, parameter.gradient);
    layer->value = std::hypot(layer->value, parameter.value);
    layer->update = std::hypot(layer->update, parameter.update);
  }
  return layers;
}

double UpdateRatio(double update, double value) { return update == 0 ? 0 : update / value; }

}  // namespace elman
