// How often each n-gram of the highest order occurs in a split, in sorted runs on disk.
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

// Where n-grams are counted, and with what.
struct NgramCountingSpec {
  std::string folder;  // for temporary files
  uint64_t memory_bytes = 0;
  int threads = 1;
};

// N-grams with the same newest token of their context belong to the same part: those of part p have
// tokens from first_token[p] up to first_token[p + 1].
struct NgramParts {
  std::vector<uint32_t> first_token;
  int size() const { return static_cast<int>(first_token.size()) - 1; }
};

// So many parts, about as many n-grams each.
NgramParts DivideNgrams(const Vocabulary& vocabulary, uint64_t examples, int parts);

// N-grams in the order of their keys, each once, with its count.
struct NgramRun {
  std::string path;
  std::vector<uint64_t> offsets;  // of the spool: where each part begins, and the end
};

// Counts the n-grams that end in each token of a split: its context is the tokens of its line
// before it, and <s>. Runs differ with memory and threads; their sum does not.
absl::StatusOr<std::vector<NgramRun>> CountNgrams(std::shared_ptr<const Dataset> dataset,
                                                  std::string_view split, const NgramCoding& coding,
                                                  const NgramParts& parts,
                                                  const NgramCountingSpec& spec);

// Visits every n-gram of a part once, in the order of keys, with the sum of its counts.
absl::Status MergeNgramRuns(const std::vector<NgramRun>& runs, int part, const NgramCoding& coding,
                            const std::function<absl::Status(NgramKey, uint32_t)>& visit);

}  // namespace elman
