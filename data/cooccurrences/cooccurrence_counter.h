// How often words stand near each other (Pennington, Socher and Manning, 2014): the sum of 1 / d
// over all places where two words stand d <= window words apart, to either side.
//
// Words are neighbors within an example, a line; <unk> and what else is no word is left out first.
// A weight is a whole number of 2^-32, rounded for each place by itself: sums are the same in
// whatever order they are added. The two words of a pair are in the order of their ids, and a pair
// of a word with itself counts for both of its sides.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "data/cooccurrences/pair_runs.h"
#include "data/shards/dataset.h"

namespace elman {

inline constexpr int kMostWindow = 1000;
// So many runs are merged at a time: files cannot be open in any number.
inline constexpr size_t kMostPairRuns = 64;

struct PairCountingSpec {
  std::string folder = {};  // for temporary files
  int window = 10;          // 1 to kMostWindow
  PairParts parts = {};
  uint64_t memory_bytes = 0;  // for all threads
  int threads = 1;
};

// Counts the pairs of a split of running text. Runs, at most kMostPairRuns, differ with memory and
// threads; their sum does not. `done` is told how many tokens were read, by any thread.
absl::StatusOr<std::vector<PairRun>> CountPairs(const Dataset& dataset, std::string_view split,
                                                const PairCountingSpec& spec,
                                                absl::FunctionRef<void(uint64_t tokens)> done);

}  // namespace elman
