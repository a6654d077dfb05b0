// Builds a batch from sequences of token ids.
#pragma once

#include <cstdint>
#include <vector>

#include "data/batches/batch.h"
#include "trainer/eval/decoding/token_sequence.h"

namespace elman {

class BatchBuilder {
 public:
  // Sequences are padded with the id `padding`.
  explicit BatchBuilder(uint32_t padding) : padding_(static_cast<int32_t>(padding)) {}

  // Returns whether the sequence was added; a sequence without ids is not. Either all sequences
  // have features of the same size, or none has.
  bool Add(TokenSequence sequence);

  // Returns the batch. It has no targets.
  Batch Build() const;

 private:
  const int32_t padding_;
  std::vector<TokenSequence> sequences_;
};

}  // namespace elman
