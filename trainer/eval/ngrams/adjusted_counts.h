// The counts that Kneser and Ney estimate from: of n-grams of the highest order, how often they
// occur; of shorter ones, how many different tokens they follow. One that begins with <s> follows
// none, and keeps its own count.
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

// How many n-grams have the adjusted count 1, 2, 3, 4; element 0 is not used.
using CountsOfCounts = std::array<uint64_t, 5>;

// The n-grams of an order above 1, in spools. They stand by context, contexts in the order of keys;
// a context is one of length order - 1 that extends one of order - 2 by an older token.
struct LevelSpools {
  static constexpr size_t kContextNumbers = 3, kNgramNumbers = 2;
  // The older token, how many n-grams follow, how many contexts extend it.
  std::string contexts;
  // The token, in ascending order, and twice the adjusted count, plus 1 if the n-gram is to be left
  // out of the model.
  std::string ngrams;
};

struct AdjustedCounts {
  std::vector<uint64_t> unigrams;                // by token
  std::vector<CountsOfCounts> counts_of_counts;  // by order
  std::vector<std::vector<LevelSpools>> levels;  // of each part, by order from 2 on
};

// `prune[n - 1]`: n-grams of order n that occur so often or less are to be left out.
absl::StatusOr<AdjustedCounts> AdjustCounts(const std::vector<NgramRun>& runs,
                                            const NgramCoding& coding, const Vocabulary& vocabulary,
                                            const NgramParts& parts,
                                            const std::vector<uint64_t>& prune,
                                            const NgramCountingSpec& spec);

}  // namespace elman
