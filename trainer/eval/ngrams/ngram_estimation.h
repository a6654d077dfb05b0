// Estimates an n-gram model from a language-model data set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/command_line/interruption.h"
#include "data/shards/dataset.h"

namespace elman {

struct NgramEstimationSpec {
  int order = 5;
  // Pruning thresholds by order: n-grams with at most this count are dropped. The last number also
  // applies to all higher orders.
  std::vector<uint64_t> prune = {0};
  // Memory for counting, in bytes; larger data is sorted on disk.
  uint64_t memory_bytes = uint64_t{1} << 30;
  int threads = 1;
  // Removes temporary files after an interruption; may be null.
  Interruption* interruption = nullptr;
};

// Estimates a model from `train` by interpolated modified Kneser-Ney smoothing and writes the file
// to `path`. The bytes do not depend on memory and threads. Temporary files are in the same folder.
absl::Status EstimateNgramModel(const std::shared_ptr<const Dataset>& dataset,
                                const NgramEstimationSpec& spec, const std::string& path);

}  // namespace elman
