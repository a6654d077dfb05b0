// Sequences of token ids that are read together.
#pragma once

#include <cstdint>
#include <vector>

#include "data/batches/batch.h"
#include "trainer/eval/decoding/token_sequence.h"

namespace elman {

class BatchBuilder {
 public:
  explicit BatchBuilder(uint32_t padding) : padding_(static_cast<int32_t>(padding)) {}

  // Returns whether the sequence is in the batch: one without ids is left out. Either all have
  // vectors of one size, or none has.
  bool Add(TokenSequence sequence);

  // All but the targets.
  Batch Build() const;

 private:
  const int32_t padding_;
  std::vector<TokenSequence> sequences_;
};

}  // namespace elman
