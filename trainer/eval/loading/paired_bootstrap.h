// Whether one model is better than another, or was lucky with the examples at hand: paired
// bootstrap resampling (Efron and Tibshirani, 1993; Koehn, 2004, "Statistical significance tests
// for machine translation evaluation").
//
// As many examples as there are are drawn from them, with repetition, many times; on each such
// sample both models have their figures, and differ by so much. How these differences scatter shows
// how far the difference on the examples themselves is to be trusted.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace elman {

// The figures of a model on a choice of examples: `times` says how often each was chosen.
using FiguresOfSample = std::function<std::vector<double>(std::span<const uint32_t> times)>;

struct PairedDifference {
  double first = 0, second = 0;  // the figure of each model on the examples, each once
  double difference = 0;         // first - second
  // Of the differences on samples, 95 % are in between: their quantiles at 0.025 and 0.975.
  double low = 0, high = 0;
  // How often samples differ from their own mean by as much as the examples differ from nothing,
  // themselves counted as one: if the models were alike, a difference of this size or more, in
  // either direction, would come up so often.
  double p_value = 1;
};

// Of each figure. `samples` is at least 1; the same seed draws the same samples.
std::vector<PairedDifference> PairedBootstrap(uint64_t examples, int samples, uint64_t seed,
                                              const FiguresOfSample& first,
                                              const FiguresOfSample& second);

}  // namespace elman
