#include "trainer/network/math/sums.h"

#include <gtest/gtest.h>

#include <span>
#include <vector>

namespace elman {
namespace {

TEST(TreeSumTest, AddsInTheOrderOfTheTree) {
  const std::vector<double> terms = {1e16, 1, -1e16, 1, 1};
  // ((1e16 + 1) + (-1e16 + 1)) + 1: the order of additions determines which ones are rounded away.
  EXPECT_EQ(TreeSum(terms), ((1e16 + 1) + (-1e16 + 1)) + 1);
  EXPECT_EQ(TreeSum({}), 0);
  EXPECT_EQ(TreeSum(std::vector<double>{3}), 3);
}

TEST(SumOfSquaresTest, CountsEveryElement) {
  for (const int size : {0, 1, 7, 8, 9, 100}) {
    std::vector<float> values;
    double expected = 0;
    for (int i = 1; i <= size; ++i) {
      values.push_back(static_cast<float>(i));
      expected += double{1} * i * i;
    }
    EXPECT_EQ(SumOfSquares(values), expected) << size;
  }
}

TEST(SquareSumTest, SkippingZerosDoesNotChangeBits) {
  std::vector<float> values(67);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = i >= 16 && i < 40 ? 0 : 1.0f / static_cast<float>(i + 3);
  const std::span<const float> all = values;
  SquareSum sum;
  sum.Add(all.first(8));
  sum.Add(all.subspan(8, 8));
  sum.Add(all.subspan(40));
  EXPECT_EQ(sum.Total(), SumOfSquares(values));
  EXPECT_NE(sum.Total(), SumOfSquares(all.first(66)));
}

}  // namespace
}  // namespace elman
