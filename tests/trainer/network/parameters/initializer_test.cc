#include "trainer/network/parameters/initializer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace elman {
namespace {

std::vector<float> Made(const Initializer& initializer, int64_t rows, int64_t cols,
                        uint64_t seed = 1) {
  std::vector<float> elements(rows * cols, 99);
  Initialize(initializer, {seed, RandomPurpose::kInitialValues, 3}, {elements.data(), rows, cols});
  return elements;
}

void ExpectUniform(const std::vector<float>& elements, float range) {
  double sum = 0, squares = 0;
  for (const float x : elements) {
    EXPECT_LE(std::abs(x), range);
    sum += x;
    squares += double{x} * x;
  }
  const auto count = static_cast<double>(elements.size());
  EXPECT_NEAR(sum / count, 0, 0.05 * range);
  EXPECT_NEAR(squares / count, range * range / 3, 0.05 * range * range);
}

TEST(InitializerTest, UniformFillsItsRange) {
  ExpectUniform(Made({.kind = Initializer::Kind::kUniform, .range = 0.3f}, 50, 40), 0.3f);
}

TEST(InitializerTest, XavierCountsRowsAndTheColumnsOfAGate) {
  ExpectUniform(Made({.kind = Initializer::Kind::kXavier, .blocks = 4}, 30, 80),
                std::sqrt(6.0f / (30 + 20)));
}

TEST(InitializerTest, OrthogonalGatesHaveOrthonormalColumns) {
  constexpr int64_t kRows = 9, kGates = 3, kCols = kRows * kGates;
  const std::vector<float> w =
      Made({.kind = Initializer::Kind::kOrthogonal, .blocks = kGates}, kRows, kCols);
  for (int64_t a = 0; a < kCols; ++a) {
    for (int64_t b = 0; b <= a; ++b) {
      if (a / kRows != b / kRows) continue;
      double product = 0;
      for (int64_t r = 0; r < kRows; ++r) product += double{w[r * kCols + a]} * w[r * kCols + b];
      EXPECT_NEAR(product, a == b ? 1 : 0, 1e-6) << a << " " << b;
    }
  }
}

TEST(InitializerTest, ShiftsOnlyTheColumnsOfTheForgetGate) {
  const std::vector<float> bias = Made({.shift = 2, .shifted_begin = 3, .shifted_end = 6}, 1, 12);
  for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(bias[i], i >= 3 && i < 6 ? 2 : 0);
}

TEST(InitializerTest, DependsOnlyOnTheSeed) {
  const Initializer uniform = {.kind = Initializer::Kind::kUniform, .range = 1};
  EXPECT_EQ(Made(uniform, 4, 5, 1), Made(uniform, 4, 5, 1));
  EXPECT_NE(Made(uniform, 4, 5, 1), Made(uniform, 4, 5, 2));
}

}  // namespace
}  // namespace elman
