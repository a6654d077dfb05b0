// Counts co-occurrences of words: the sum of 1 / d over all places where two words are d <= window
// words apart, in either direction (Pennington, Socher and Manning, 2014).
//
// Pairs are counted within an example (a line). <unk> and other entries that are not words are
// removed first. Weights are multiples of 2^-32 and are rounded at each place separately, so sums
// do not depend on the order of addition. A pair is stored with the smaller id first. A pair of a
// word with itself counts twice, once per direction.
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

// Maximum window.
inline constexpr int kMaxWindow = 1000;
// Maximum number of runs that are merged at once; it limits the number of open files.
inline constexpr size_t kMaxPairRuns = 64;

// Options of counting.
struct PairCountingSpec {
  std::string folder = {};  // for temporary files
  int window = 10;          // 1 to kMaxWindow
  PairParts parts = {};
  uint64_t memory_bytes = 0;  // for all threads together
  int threads = 1;
};

// Counts the pairs of a split of running text. Returns at most kMaxPairRuns runs. The runs depend
// on memory and threads; their sum does not. Threads call `done` with the number of tokens that
// they have read.
absl::StatusOr<std::vector<PairRun>> CountPairs(const Dataset& dataset, std::string_view split,
                                                const PairCountingSpec& spec,
                                                absl::FunctionRef<void(uint64_t tokens)> done);

}  // namespace elman
