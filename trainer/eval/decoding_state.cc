#include "trainer/eval/decoding_state.h"

#include <algorithm>

#include "trainer/math/check.h"

namespace elman {

DecodingState::DecodingState(LanguageModel* model, int rows)
    : model_(model),
      rows_(rows),
      carry_(model->carry_size(rows)),
      logits_(rows * model->predicted()) {
  model->Begin(rows, carry_.data());
}

void DecodingState::Advance(std::span<const int32_t> tokens) {
  CHECK_EQ(static_cast<int>(tokens.size()), rows_);
  workspace_.Reset();
  model_->Predict(tokens, carry_.data(), {logits_.data(), rows_, model_->predicted()}, &workspace_);
}

void DecodingState::Select(std::span<const int> from) {
  CHECK_EQ(static_cast<int>(from.size()), rows_);
  const std::vector<float> old = carry_;
  const int64_t width = model_->carry_width();
  for (int64_t state = 0; state < model_->carry_states(); ++state) {
    for (int row = 0; row < rows_; ++row) {
      std::copy_n(old.data() + (state * rows_ + from[row]) * width, width,
                  carry_.data() + (state * rows_ + row) * width);
    }
  }
}

}  // namespace elman
