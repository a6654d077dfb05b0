// A language model in the middle of a text: several hypotheses side by side, each with its
// recurrent state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/math/matrix.h"
#include "trainer/math/workspace.h"
#include "trainer/models/language_model.h"

namespace elman {

class DecodingState {
 public:
  // `rows` hypotheses, all before the first token. The model must outlive the state.
  DecodingState(LanguageModel* model, int rows);

  // Reads one token for each hypothesis; logits() are then those of the next.
  void Advance(std::span<const int32_t> tokens);

  ConstMatrix logits() const {
    return {logits_.data(), rows_, model_->predicted()};
  }  // [rows, predicted]

  // Hypothesis i becomes a copy of hypothesis from[i].
  void Select(std::span<const int> from);

 private:
  LanguageModel* const model_;
  const int rows_;
  std::vector<float> carry_;  // [states, rows, width]
  std::vector<float> logits_;
  Workspace workspace_;
};

}  // namespace elman
