#include "trainer/eval/loading/label_models.h"

#include <algorithm>
#include <cmath>

namespace elman {

std::vector<double> TfidfModel::LogProbabilities(const Batch& batch, int row) {
  text_.clear();
  const int length = batch.lengths.empty() ? batch.steps : batch.lengths[row];
  for (int t = 0; t < length; ++t)
    text_.push_back(batch.inputs[static_cast<size_t>(t) * batch.rows + row]);
  features_.Of(text_, &tokens_, &values_);
  return classifier_.LogProbabilities(tokens_, values_);
}

void TfidfModel::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                          Workspace* /*workspace*/) {
  for (int row = 0; row < batch.rows; ++row) {
    const int32_t target = batch.targets[row];
    const bool known = target >= 0 && target < classifier_.labels;
    losses[row] = known ? -LogProbabilities(batch, row)[target] : 0;
  }
}

void TfidfModel::Predict(const Batch& batch, std::span<int32_t> labels,
                         std::span<float> probabilities, Workspace* /*workspace*/) {
  for (int row = 0; row < batch.rows; ++row) {
    const std::vector<double> all = LogProbabilities(batch, row);
    const auto most = std::ranges::max_element(all);
    labels[row] = static_cast<int32_t>(most - all.begin());
    if (!probabilities.empty()) probabilities[row] = static_cast<float>(std::exp(*most));
  }
}

void TagModel::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                        Workspace* /*workspace*/) {
  for (size_t i = 0; i < losses.size(); ++i) {
    const int32_t tag = batch.targets[i];
    const bool known = tag >= 0 && tag < static_cast<int32_t>(counts_.tags());
    losses[i] = known ? -std::log(counts_.Probability(batch.inputs[i], tag)) : 0;
  }
}

void TagModel::Predict(const Batch& batch, std::span<int32_t> labels,
                       std::span<float> probabilities, Workspace* /*workspace*/) {
  for (size_t i = 0; i < labels.size(); ++i) {
    labels[i] = kNoTarget;
    if (batch.targets[i] == kNoTarget) continue;
    const uint32_t tag = counts_.MostFrequent(batch.inputs[i]);
    labels[i] = static_cast<int32_t>(tag);
    if (!probabilities.empty())
      probabilities[i] = static_cast<float>(counts_.Probability(batch.inputs[i], tag));
  }
}

}  // namespace elman
