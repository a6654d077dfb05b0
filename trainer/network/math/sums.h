// Sums whose result depends on nothing but their terms.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "trainer/network/math/matrix.h"

namespace elman {

// Elements of a block over which sums of squares are taken before they are combined.
inline constexpr int64_t kSumBlock = 4096;

// The sum of squares of an array, in double, in an order fixed by positions: the same bits when
// pieces that are all zeros are left out.
class SquareSum {
 public:
  static constexpr int64_t kChains = 8;

  // The next piece; all but the last begin on multiples of kChains elements and end so.
  void Add(std::span<const float> piece);
  double Total() const;

 private:
  std::array<double, kChains> chains_ = {};  // by position, so that the compiler can use vectors
};

// Of one piece.
double SumOfSquares(std::span<const float> values);

// The sum of `terms` by a fixed binary tree: halves are summed apart, the left one taking the
// larger power of two.
double TreeSum(std::span<const double> terms);

// a[i] += b[i].
void Add(std::span<const float> b, std::span<float> a);

// sums [1, cols] += every row of the matrix [rows, cols], from first to last.
void AddRows(ConstMatrix matrix, Matrix sums);

}  // namespace elman
