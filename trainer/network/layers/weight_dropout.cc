#include "trainer/network/layers/weight_dropout.h"

#include <algorithm>

#include "trainer/network/math/random.h"

namespace elman {

WeightDropout::WeightDropout(float probability, uint32_t site, int64_t rows, int64_t cols)
    : probability_(probability), site_(site), rows_(rows), cols_(cols) {
  if (none()) return;
  words_.resize(cols);
  for (std::vector<float>* array : {&factors_, &dropped_, &gradient_}) array->resize(rows * cols);
}

ConstMatrix WeightDropout::Forward(const Pass& pass, ConstMatrix weights) {
  const RandomKey key{pass.seed, RandomPurpose::kWeightDropout, site_};
  for (int64_t r = 0; r < rows_; ++r) {
    RandomWords(key, pass.step, static_cast<uint32_t>(r), /*first_position=*/0, words_);
    for (int64_t c = 0; c < cols_; ++c) {
      const float factor = UniformFloat(words_[c]) < probability_ ? 0 : 1 / (1 - probability_);
      factors_[r * cols_ + c] = factor;
      dropped_[r * cols_ + c] = factor * weights.row(r)[c];
    }
  }
  return {dropped_.data(), rows_, cols_};
}

Matrix WeightDropout::BeginBackward(Matrix gradient) {
  if (none()) return gradient;
  std::ranges::fill(gradient_, 0.0f);
  return {gradient_.data(), rows_, cols_};
}

void WeightDropout::EndBackward(Matrix gradient) {
  for (size_t i = 0; i < gradient_.size(); ++i) gradient.data[i] += factors_[i] * gradient_[i];
}

}  // namespace elman
