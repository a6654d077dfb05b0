#include "trainer/math/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace elman {
namespace {

TEST(SoftmaxTest, MatchesDoublesForEveryLength) {
  for (int size = 1; size <= 70; ++size) {
    std::vector<float> z(size);
    for (int i = 0; i < size; ++i) z[i] = static_cast<float>(std::sin(i * 1.7) * 9);
    double sum = 0;
    for (const float x : z) sum += std::exp(double{x});
    EXPECT_NEAR(LogSumExp(z.data(), size), std::log(sum), 1e-6 * std::abs(std::log(sum)) + 1e-6)
        << size;
    std::vector<float> p = z;
    EXPECT_EQ(SoftmaxRow(p.data(), size), LogSumExp(z.data(), size)) << size;
    for (int i = 0; i < size; ++i) EXPECT_NEAR(p[i], std::exp(double{z[i]}) / sum, 1e-6) << size;
  }
}

TEST(SoftmaxTest, BearsLargeLogits) {
  std::vector<float> z = {1000, -1000, 999, 0};
  EXPECT_NEAR(LogSumExp(z.data(), 4), 1000 + std::log1p(std::exp(-1.0)), 1e-4);
  SoftmaxRow(z.data(), 4);
  EXPECT_EQ(z[1], 0);
  EXPECT_NEAR(z[0] + z[2], 1, 1e-6);
}

}  // namespace
}  // namespace elman
