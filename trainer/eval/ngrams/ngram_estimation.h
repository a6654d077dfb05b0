// From the shards of a language-model data set to an n-gram model in a file.
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
  // Of each order, n-grams that occur so often or less are left out; the last number is that of all
  // higher orders too.
  std::vector<uint64_t> prune = {0};
  uint64_t memory_bytes = uint64_t{1} << 30;  // for counting; what does not fit is sorted on disk
  int threads = 1;
  Interruption* interruption = nullptr;  // removes what is temporary; may be null
};

// Estimates by interpolated modified Kneser-Ney smoothing from the split train and publishes the
// file under `path`: the same bytes for any memory and threads. Temporary files stand beside it.
absl::Status EstimateNgramModel(std::shared_ptr<const Dataset> dataset,
                                const NgramEstimationSpec& spec, const std::string& path);

}  // namespace elman
