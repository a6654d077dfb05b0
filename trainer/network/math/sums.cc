#include "trainer/network/math/sums.h"

#include <bit>

#include "trainer/network/math/check.h"

namespace elman {

void SquareSum::Add(std::span<const float> piece) {
  std::array<double, kChains> chains = chains_;
  size_t i = 0;
  for (; i + kChains <= piece.size(); i += kChains) {
    for (size_t j = 0; j < kChains; ++j) chains[j] += double{piece[i + j]} * piece[i + j];
  }
  for (size_t j = 0; i < piece.size(); ++i, ++j) chains[j] += double{piece[i]} * piece[i];
  chains_ = chains;
}

double SquareSum::Total() const { return TreeSum(chains_); }

double SumOfSquares(std::span<const float> values) {
  SquareSum sum;
  sum.Add(values);
  return sum.Total();
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
