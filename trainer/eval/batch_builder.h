// Sequences of token ids that are read together.
#pragma once

#include <cstdint>
#include <vector>

#include "data/batches/batch.h"

namespace elman {

class BatchBuilder {
 public:
  explicit BatchBuilder(uint32_t padding) : padding_(static_cast<int32_t>(padding)) {}

  // Returns whether the sequence is in the batch: one without ids is left out.
  bool Add(const std::vector<uint32_t>& ids);

  // All but the targets.
  Batch Build() const;

 private:
  const int32_t padding_;
  std::vector<std::vector<int32_t>> sequences_;
};

}  // namespace elman
