#include "trainer/eval/batch_builder.h"

#include <algorithm>

namespace elman {

bool BatchBuilder::Add(const std::vector<uint32_t>& ids) {
  if (ids.empty()) return false;
  sequences_.emplace_back(ids.begin(), ids.end());
  return true;
}

Batch BatchBuilder::Build() const {
  Batch batch;
  batch.starts_epoch = true;
  batch.rows = static_cast<int>(sequences_.size());
  for (const auto& sequence : sequences_) {
    batch.lengths.push_back(static_cast<int32_t>(sequence.size()));
    batch.steps = std::max(batch.steps, batch.lengths.back());
  }
  batch.inputs.assign(static_cast<size_t>(batch.steps) * batch.rows, padding_);
  for (int row = 0; row < batch.rows; ++row) {
    for (int32_t t = 0; t < batch.lengths[row]; ++t)
      batch.inputs[t * batch.rows + row] = sequences_[row][t];
  }
  return batch;
}

}  // namespace elman
