#include "trainer/math/sums.h"

#include <bit>

#include "trainer/math/check.h"

namespace elman {

double SumOfSquares(std::span<const float> values) {
  // Eight chains, by position, so that the compiler can use vectors and the order is still ours.
  double chains[8] = {};
  size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    for (int j = 0; j < 8; ++j) chains[j] += double{values[i + j]} * values[i + j];
  }
  for (int j = 0; i < values.size(); ++i, ++j) chains[j] += double{values[i]} * values[i];
  return TreeSum(chains);
}

double TreeSum(std::span<const double> terms) {
  if (terms.empty()) return 0;
  if (terms.size() == 1) return terms[0];
  const size_t left = std::bit_floor(terms.size() - 1);
  return TreeSum(terms.first(left)) + TreeSum(terms.subspan(left));
}

void Add(std::span<const float> b, std::span<float> a) {
  CHECK_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
}

void AddRows(ConstMatrix matrix, Matrix sums) {
  for (int64_t r = 0; r < matrix.rows; ++r) {
    for (int64_t c = 0; c < matrix.cols; ++c) sums.data[c] += matrix.row(r)[c];
  }
}

}  // namespace elman
