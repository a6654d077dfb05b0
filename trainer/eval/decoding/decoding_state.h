// The state of a language model while it generates texts: one row per hypothesis, each with its
// carried state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/language_model.h"

namespace elman {

// All rows are always computed together, so that the result of a row depends on its position, but
// not on the contents of other rows.
class DecodingState {
 public:
  // The model must outlive the state, but needs no values yet. Restart each row before it is used.
  DecodingState(LanguageModel* model, int rows);

  // Each row reads one token.
  void Advance(std::span<const int32_t> tokens);

  // Returns the logits of the next token of each row, [rows, predicted]. They are computed on the
  // first call after Advance.
  ConstMatrix logits();

  // Resets the rows [first, first + count) to the state before the first token.
  void Restart(int first, int count);

  // Row first + i becomes a copy of the former row first + from[i].
  void Select(int first, std::span<const int> from);

 private:
  float* Carry(int64_t state, int row);

  LanguageModel* const model_;
  const int rows_;
  std::vector<float> start_;  // [states, 1, width]
  std::vector<float> carry_;  // [states, rows, width]
  std::vector<float> selected_;
  std::vector<float> logits_;
  // The input of Logits, in the workspace. It has no rows if the logits are already computed.
  ConstMatrix output_;
  Workspace workspace_;
};

}  // namespace elman
