#include "trainer/network/parameters/rows_by_sequence.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {

void RowsBySequence::Assign(const SequenceLayout& layout) {
  begins.assign(layout.batch() + 1, 0);
  for (const auto& [sequence, step] : layout.places()) ++begins[sequence + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  places.resize(layout.rows());
  for (int64_t row = 0; row < layout.rows(); ++row) {
    const auto [sequence, step] = layout.places()[row];
    places[row] = begins[sequence] + step;
  }
}

Matrix RowsBySequence::Gather(ConstMatrix packed, Workspace* workspace) const {
  CHECK_EQ(packed.rows, static_cast<int64_t>(places.size()));
  const Matrix gathered = workspace->Take(packed.rows, packed.cols);
  for (int64_t row = 0; row < packed.rows; ++row)
    std::copy_n(packed.row(row), packed.cols, gathered.row(places[row]));
  return gathered;
}

Matrix RowsBySequence::Scatter(ConstMatrix by_sequence, Workspace* workspace) const {
  CHECK_EQ(by_sequence.rows, static_cast<int64_t>(places.size()));
  const Matrix packed = workspace->Take(by_sequence.rows, by_sequence.cols);
  for (int64_t row = 0; row < packed.rows; ++row)
    std::copy_n(by_sequence.row(places[row]), packed.cols, packed.row(row));
  return packed;
}

}  // namespace elman
