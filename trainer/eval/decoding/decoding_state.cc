#include "trainer/eval/decoding/decoding_state.h"

#include <algorithm>

#include "trainer/network/math/check.h"

namespace elman {

DecodingState::DecodingState(LanguageModel* model, int rows)
    : model_(model),
      rows_(rows),
      start_(model->carry_size(1)),
      carry_(model->carry_size(rows)),
      logits_(rows * model->predicted()) {}

void DecodingState::Advance(std::span<const int32_t> tokens) {
  CHECK_EQ(static_cast<int>(tokens.size()), rows_);
  workspace_.Reset();
  output_ = model_->Read(tokens, carry_.data(), &workspace_);
}

ConstMatrix DecodingState::logits() {
  const Matrix logits{logits_.data(), rows_, model_->predicted()};
  if (output_.rows > 0) model_->Logits(output_, logits);
  output_ = {};
  return logits;
}

float* DecodingState::Carry(int64_t state, int row) {
  return carry_.data() + (state * rows_ + row) * model_->carry_width();
}

void DecodingState::Restart(int first, int count) {
  // Computed each time, because a learned initial state changes during training.
  model_->Begin(1, start_.data());
  const int64_t width = model_->carry_width();
  for (int64_t state = 0; state < model_->carry_states(); ++state) {
    for (int row = first; row < first + count; ++row)
      std::copy_n(start_.data() + state * width, width, Carry(state, row));
  }
}

void DecodingState::Select(int first, std::span<const int> from) {
  const int64_t width = model_->carry_width();
  selected_.resize(from.size() * width);
  for (int64_t state = 0; state < model_->carry_states(); ++state) {
    for (size_t i = 0; i < from.size(); ++i)
      std::copy_n(Carry(state, first + from[i]), width, selected_.data() + i * width);
    std::ranges::copy(selected_, Carry(state, first));
  }
}

}  // namespace elman
