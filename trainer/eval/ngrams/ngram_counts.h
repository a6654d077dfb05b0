// Counts the n-grams of the highest order in a split, as sorted runs on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "trainer/eval/ngrams/ngram_key.h"

namespace elman {

// Resources for counting n-grams.
struct NgramCountingSpec {
  std::string folder;  // for temporary files
  uint64_t memory_bytes = 0;
  int threads = 1;
};

// Divides n-grams into parts by the newest token of their context: part p has the tokens from
// first_token[p] up to, but not including, first_token[p + 1].
struct NgramParts {
  std::vector<uint32_t> first_token;
  int size() const { return static_cast<int>(first_token.size()) - 1; }
};

// Makes `parts` parts with about equal numbers of n-grams.
NgramParts DivideNgrams(const Vocabulary& vocabulary, uint64_t examples, int parts);

// A file of distinct n-grams with their counts, in the order of keys.
struct NgramRun {
  std::string path;
  std::vector<uint64_t> offsets;  // in the spool: the start of each part, and the end
};

// Counts the n-grams that end in each token of a split. The context of a token is the tokens before
// it in its line, preceded by <s>. The division into runs depends on memory and threads; their sum
// does not.
absl::StatusOr<std::vector<NgramRun>> CountNgrams(const std::shared_ptr<const Dataset>& dataset,
                                                  std::string_view split, const NgramCoding& coding,
                                                  const NgramParts& parts,
                                                  const NgramCountingSpec& spec);

// Visits every n-gram of a part once, in the order of keys, with the sum of its counts.
absl::Status MergeNgramRuns(const std::vector<NgramRun>& runs, int part, const NgramCoding& coding,
                            const std::function<absl::Status(NgramKey, uint32_t)>& visit);

}  // namespace elman
