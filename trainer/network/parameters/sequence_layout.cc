#include "trainer/network/parameters/sequence_layout.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {

void SequenceLayout::Assign(int64_t steps, int64_t batch) {
  CHECK_GE(steps, 1);
  CHECK_GE(batch, 1);
  order_.resize(batch);
  std::iota(order_.begin(), order_.end(), 0);
  lengths_.assign(batch, static_cast<int32_t>(steps));
  Pack();
}

void SequenceLayout::Assign(std::span<const int32_t> lengths) {
  CHECK_GE(lengths.size(), 1u);
  order_.resize(lengths.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::sort(order_, [&](int32_t a, int32_t b) {
    return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b;
  });
  lengths_.resize(lengths.size());
  for (size_t rank = 0; rank < order_.size(); ++rank) lengths_[rank] = lengths[order_[rank]];
  CHECK_GE(lengths_.back(), 1);
  Pack();
}

void SequenceLayout::RestartAt(std::span<const int32_t> elements) {
  if (elements.empty()) return;
  CHECK_EQ(lengths_.front(), lengths_.back());
  CHECK_GE(elements.front(), 0);
  CHECK_LT(elements.back(), rows());
  restarts_.assign(elements.begin(), elements.end());
}

void SequenceLayout::Pack() {
  restarts_.clear();
  const int32_t longest = lengths_.front();
  batches_.resize(longest);
  first_rows_.resize(longest);
  places_.clear();
  int64_t reaching = batch();  // number of sequences longer than the current step
  for (int32_t step = 0; step < longest; ++step) {
    while (lengths_[reaching - 1] <= step) --reaching;
    batches_[step] = reaching;
    first_rows_[step] = rows();
    for (int64_t rank = 0; rank < reaching; ++rank) places_.push_back({order_[rank], step});
  }
  mirror_.resize(places_.size());
  for (int32_t step = 0; step < longest; ++step) {
    for (int64_t rank = 0; rank < batches_[step]; ++rank)
      mirror_[RowOf(rank, step)] = RowOf(rank, lengths_[rank] - 1 - step);
  }
}

void SequenceLayout::PackInto(std::span<const int32_t> values, std::vector<int32_t>* packed) const {
  CHECK_EQ(static_cast<int64_t>(values.size()) % batch(), 0);
  CHECK_GE(values.size(), batches_.size() * order_.size());
  packed->resize(rows());
  for (int64_t row = 0; row < rows(); ++row)
    (*packed)[row] = values[places_[row].step * batch() + places_[row].sequence];
}

void SequenceLayout::PackInto(std::span<const float> vectors, Matrix packed) const {
  CHECK_EQ(packed.rows, rows());
  CHECK_GE(vectors.size(), batches_.size() * order_.size() * packed.cols);
  for (int64_t row = 0; row < rows(); ++row) {
    const int64_t element = places_[row].step * batch() + places_[row].sequence;
    std::copy_n(vectors.data() + element * packed.cols, packed.cols, packed.row(row));
  }
}

}  // namespace elman
