#include "trainer/math/sums.h"

#include <gtest/gtest.h>

#include <vector>

namespace elman {
namespace {

TEST(TreeSumTest, FollowsTheTree) {
  const std::vector<double> terms = {1e16, 1, -1e16, 1, 1};
  // ((1e16 + 1) + (-1e16 + 1)) + 1: the ones beside the large terms are lost or kept just so.
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

}  // namespace
}  // namespace elman
