#include "trainer/eval/decoding/batch_builder.h"

#include <algorithm>
#include <utility>

#include "trainer/network/math/check.h"

namespace elman {

bool BatchBuilder::Add(TokenSequence sequence) {
  if (sequence.ids.empty()) return false;
  sequences_.push_back(std::move(sequence));
  return true;
}

Batch BatchBuilder::Build() const {
  Batch batch;
  batch.starts_epoch = true;
  batch.rows = static_cast<int>(sequences_.size());
  for (const TokenSequence& sequence : sequences_) {
    batch.lengths.push_back(static_cast<int32_t>(sequence.ids.size()));
    batch.steps = std::max(batch.steps, batch.lengths.back());
  }
  batch.inputs.assign(static_cast<size_t>(batch.steps) * batch.rows, padding_);
  if (batch.rows > 0) {
    const TokenSequence& first = sequences_[0];
    batch.ClearFeatures(static_cast<int>(first.features.size() / first.ids.size()));
  }
  const int size = batch.features.size;
  for (int row = 0; row < batch.rows; ++row) {
    const TokenSequence& sequence = sequences_[row];
    CHECK_EQ(sequence.features.size(), sequence.ids.size() * size);
    for (int32_t t = 0; t < batch.lengths[row]; ++t) {
      const int element = t * batch.rows + row;
      batch.inputs[element] = static_cast<int32_t>(sequence.ids[t]);
      std::copy_n(sequence.features.begin() + int64_t{t} * size, size,
                  batch.features.of(element).begin());
    }
  }
  return batch;
}

}  // namespace elman
