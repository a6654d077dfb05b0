#include "trainer/network/layers/dropout.h"

#include "trainer/network/math/check.h"
#include "trainer/network/math/random.h"

namespace elman {

ConstMatrix Dropout::Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                             Mask* mask, Workspace* workspace) const {
  *mask = {};
  if (probability_ == 0) return x;
  CHECK_EQ(x.rows, layout.rows());
  const RandomKey key{pass.seed, RandomPurpose::kDropout, site_};
  const float keep = 1 / (1 - probability_);
  // Each time step begins at a multiple of four positions, the block size of the generator.
  const int64_t stride = (x.cols + 3) / 4 * 4;
  float* factors = workspace->Floats(x.size());
  const std::span<uint32_t> words(reinterpret_cast<uint32_t*>(workspace->Floats(stride)), x.cols);
  for (int64_t r = 0; r < x.rows; ++r) {
    const auto [sequence, step] = layout.places()[r];
    float* row = factors + r * x.cols;
    RandomWords(key, pass.step, static_cast<uint32_t>(pass.first_row + sequence),
                variational_ ? 0 : step * stride, words);
    for (int64_t j = 0; j < x.cols; ++j) row[j] = UniformFloat(words[j]) < probability_ ? 0 : keep;
  }
  *mask = {factors};
  const Matrix y = workspace->Take(x.rows, x.cols);
  for (int64_t i = 0; i < x.size(); ++i) y.data[i] = x.data[i] * factors[i];
  return y;
}

void Dropout::Backward(const Mask& mask, Matrix d_x) {
  if (mask.factors == nullptr) return;
  for (int64_t i = 0; i < d_x.size(); ++i) d_x.data[i] *= mask.factors[i];
}

}  // namespace elman
