// Batches from several data sets at once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"

namespace elman {

// `total` things shared out in proportion to the weights, by largest remainders, and at least one
// to each. InvalidArgument where a weight is not above 0, or there are not enough things.
absl::StatusOr<std::vector<int>> Apportion(const std::vector<double>& weights, int total);

// Of every kBatchesPerRound batches so many come from each source as its weight gives it, in a
// random order that depends on (seed, round) alone. Every source goes through its own epochs at its
// own pace; an epoch of the mixture has as many batches as one of each source together. The
// sources have the same lanes and rows.
inline constexpr int kBatchesPerRound = 1000;
absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixtureOfBatches(
    std::vector<std::unique_ptr<BatchSource>> sources, const std::vector<double>& weights,
    uint64_t seed);

}  // namespace elman
