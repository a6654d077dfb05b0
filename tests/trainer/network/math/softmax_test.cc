#include "trainer/network/math/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace elman {
namespace {

TEST(SoftmaxTest, MatchesDoublePrecisionForEveryLength) {
  for (int size = 1; size <= 70; ++size) {
    std::vector<float> z(size), bias(size), with_bias(size), d_bias(size, 3);
    double sum = 0;
    for (int i = 0; i < size; ++i) {
      z[i] = static_cast<float>(std::sin(i * 1.7) * 9);
      bias[i] = static_cast<float>(std::cos(i * 0.9));
      with_bias[i] = z[i] + bias[i];
      sum += std::exp(double{with_bias[i]});
    }
    const double log_sum = std::log(sum);
    EXPECT_NEAR(LogSumExp(with_bias.data(), size), log_sum, 1e-6 * std::abs(log_sum) + 1e-6);
    const int target = size / 3;
    EXPECT_NEAR(CrossEntropyRow(z.data(), bias.data(), size, target, d_bias.data()),
                log_sum - with_bias[target], 1e-6 * std::abs(log_sum) + 1e-6)
        << size;
    for (int i = 0; i < size; ++i) {
      EXPECT_NEAR(z[i], std::exp(double{with_bias[i]}) / sum - (i == target), 1e-6) << size;
      EXPECT_NEAR(d_bias[i], 3 + z[i], 1e-6) << size;
    }
  }
}

TEST(SoftmaxTest, LargeLogitsDoNotOverflow) {
  std::vector<float> z = {1000, -1000, 999, 0}, bias(4, 0), d_bias(4, 0);
  EXPECT_NEAR(LogSumExp(z.data(), 4), 1000 + std::log1p(std::exp(-1.0)), 1e-4);
  CrossEntropyRow(z.data(), bias.data(), 4, 0, d_bias.data());
  EXPECT_EQ(z[1], 0);
  EXPECT_NEAR(z[0] + 1 + z[2], 1, 1e-6);
}

}  // namespace
}  // namespace elman
