// Adjusted counts for Kneser-Ney estimation. For n-grams of the highest order, and for those that
// begin with <s>, they are the number of occurrences. For other n-grams, they are the number of
// different tokens that precede them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/ngrams/ngram_counts.h"
#include "trainer/eval/ngrams/ngram_key.h"

namespace elman {

// Number of n-grams with the adjusted counts 1, 2, 3, 4; element 0 is not used.
using CountsOfCounts = std::array<uint64_t, 5>;

// Paths of the spools with the n-grams of one order above 1. They are grouped by context, and
// contexts are in the order of keys. A context has length order - 1 and extends one of length order
// - 2 by an older token.
struct LevelSpools {
  static constexpr size_t kContextNumbers = 3, kNgramNumbers = 2;
  // Per context: the older token, the number of n-grams, the number of longer contexts that extend
  // it.
  std::string contexts;
  // Per n-gram: the token, in ascending order, and twice the adjusted count, plus 1 if the n-gram
  // is to be pruned.
  std::string ngrams;
};

// The adjusted counts of all orders.
struct AdjustedCounts {
  std::vector<uint64_t> unigrams;                // by token
  std::vector<CountsOfCounts> counts_of_counts;  // by order
  std::vector<std::vector<LevelSpools>> levels;  // per part, by order from 2 on
};

// `prune[n - 1]`: n-grams of order n with at most this count are pruned.
absl::StatusOr<AdjustedCounts> AdjustCounts(const std::vector<NgramRun>& runs,
                                            const NgramCoding& coding, const Vocabulary& vocabulary,
                                            const NgramParts& parts,
                                            const std::vector<uint64_t>& prune,
                                            const NgramCountingSpec& spec);

}  // namespace elman
