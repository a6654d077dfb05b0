// Combines the batches of several data sets.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"

namespace elman {

// Divides `total` items in proportion to `weights` by the largest remainder method; every weight
// gets at least one item. InvalidArgument if a weight is not positive or `total` is too small.
absl::StatusOr<std::vector<int>> Apportion(const std::vector<double>& weights, int total);

// Creates a source that draws each batch from one of `sources`. In every round of kBatchesPerRound
// batches, the number of batches from each source is proportional to its weight; their order is
// random and depends on (seed, round) only. Each source has its own epochs. An epoch of the mixture
// has as many batches as one epoch of all sources together. All sources must have the same lanes
// and rows.
inline constexpr int kBatchesPerRound = 1000;
absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixtureOfBatches(
    std::vector<std::unique_ptr<BatchSource>> sources, const std::vector<double>& weights,
    uint64_t seed);

}  // namespace elman
