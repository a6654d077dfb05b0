// A language model in the middle of texts: a row each, or several where a text has several
// hypotheses, each with its recurrent state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/language_model.h"

namespace elman {

// All rows are always computed together, so that what one comes to depends on where it is but not
// on what the others read.
class DecodingState {
 public:
  // All rows are before the first token. The model must outlive the state.
  DecodingState(LanguageModel* model, int rows);

  // Each row reads a token.
  void Advance(std::span<const int32_t> tokens);

  // Of the next token of each row [rows, predicted]; computed when first asked for.
  ConstMatrix logits();

  // The rows [first, first + count) are before the first token again.
  void Restart(int first, int count);

  // Row first + i becomes a copy of row first + from[i].
  void Select(int first, std::span<const int> from);

 private:
  float* Carry(int64_t state, int row);

  LanguageModel* const model_;
  const int rows_;
  std::vector<float> start_;  // [states, 1, width]
  std::vector<float> carry_;  // [states, rows, width]
  std::vector<float> selected_;
  std::vector<float> logits_;
  ConstMatrix output_;  // what the logits follow from, in the workspace; no rows: they are there
  Workspace workspace_;
};

}  // namespace elman
