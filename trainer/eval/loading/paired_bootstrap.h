// Tests whether the difference between two models is statistically significant: paired bootstrap
// resampling (Efron and Tibshirani, 1993; Koehn, 2004, "Statistical significance tests for machine
// translation evaluation").
//
// Each sample draws as many examples as there are, with replacement. Both models are evaluated on
// each sample. The distribution of the differences shows how reliable the difference on the
// original examples is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace elman {

// Returns the metrics of a model on a sample; times[i] is the number of occurrences of example i.
using MetricsOfSample = std::function<std::vector<double>(std::span<const uint32_t> times)>;

// The difference of two models in one metric.
struct PairedDifference {
  double first = 0, second = 0;  // the metric of each model on the original examples
  double difference = 0;         // first - second
  // 95 % confidence interval: the quantiles 0.025 and 0.975 of the differences on samples.
  double low = 0, high = 0;
  // Two-sided p-value: the fraction of samples whose difference deviates from the mean of all
  // samples by at least |difference|. The original examples count as one more sample. It estimates
  // how often a difference of this size occurs by chance if the models are equally good.
  double p_value = 1;
};

// Returns one result per metric. `samples` is at least 1; the same seed draws the same samples.
std::vector<PairedDifference> PairedBootstrap(uint64_t examples, int samples, uint64_t seed,
                                              const MetricsOfSample& first,
                                              const MetricsOfSample& second);

}  // namespace elman
