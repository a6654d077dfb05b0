// Sums with a fixed order of additions, so that the bits of a result depend only on the terms.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "trainer/network/math/matrix.h"

namespace elman {

// Elements per block of a sum of squares; the sums of blocks are combined afterwards.
inline constexpr int64_t kSumBlock = 4096;

// The sum of squares of an array, in double precision and in an order fixed by positions. Leaving
// out pieces that are all zeros does not change the bits.
class SquareSum {
 public:
  static constexpr int64_t kChains = 8;

  // Adds the next piece. Every piece except the last begins and ends at a multiple of kChains
  // elements.
  void Add(std::span<const float> piece);
  double Total() const;

 private:
  // One per position modulo kChains, for vector instructions.
  std::array<double, kChains> chains_ = {};
};

// The sum of squares of one array.
double SumOfSquares(std::span<const float> values);

// The sum of `terms` by a fixed binary tree: both halves are summed separately, and the left half
// has the largest power of two of terms.
double TreeSum(std::span<const double> terms);

// a[i] += b[i].
void Add(std::span<const float> b, std::span<float> a);

// sums [1, cols] += every row of the matrix [rows, cols], from the first to the last.
void AddRows(ConstMatrix matrix, Matrix sums);

}  // namespace elman
