// Sums whose result depends on nothing but their terms.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/math/matrix.h"

namespace elman {

// Elements of a block over which sums of squares are taken before they are combined.
inline constexpr int64_t kSumBlock = 4096;

// The sum of squares of a block, in double, in a fixed order.
double SumOfSquares(std::span<const float> values);

// The sum of `terms` by a fixed binary tree: halves are summed apart, the left one taking the
// larger power of two.
double TreeSum(std::span<const double> terms);

// a[i] += b[i].
void Add(std::span<const float> b, std::span<float> a);

// sums [1, cols] += every row of the matrix [rows, cols], from first to last.
void AddRows(ConstMatrix matrix, Matrix sums);

}  // namespace elman
