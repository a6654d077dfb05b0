#include "trainer/eval/loading/ngram_model.h"

#include <algorithm>
#include <numbers>

namespace elman {

void NgramModel::Begin(int64_t rows, float* carry) { std::fill_n(carry, carry_size(rows), -1.0f); }

void NgramModel::Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                          Workspace* /*workspace*/) {
  const int64_t width = carry_width();
  std::vector<uint32_t> context;
  for (int row = 0; row < batch.rows; ++row) {
    float* const carried = carry + row * width;
    context.clear();
    for (int64_t i = 0; i < width && carried[i] >= 0; ++i)
      context.push_back(static_cast<uint32_t>(carried[i]));
    for (int t = 0; t < batch.steps; ++t) {
      const size_t at = static_cast<size_t>(t) * batch.rows + row;
      if (static_cast<uint32_t>(batch.inputs[at]) == end_id_) {
        context.assign(1, start_id_);
      } else {
        if (context.size() == static_cast<size_t>(width)) context.pop_back();
        context.insert(context.begin(), batch.inputs[at]);
      }
      if (batch.targets[at] == kNoTarget) continue;
      losses[at] = -std::numbers::ln10 * table_.Log10Probability(context, batch.targets[at]);
    }
    // Tokens are below 2^24, so floats represent them exactly (NgramCoding::kMaxIds).
    std::fill_n(carried, width, -1.0f);
    std::ranges::copy(context, carried);
  }
}

}  // namespace elman
