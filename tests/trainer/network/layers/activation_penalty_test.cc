#include "trainer/network/layers/activation_penalty.h"

#include <gtest/gtest.h>

#include "tests/support/gradient_check.h"

namespace elman {
namespace {

constexpr int64_t kSteps = 4, kBatch = 3, kCols = 5, kRows = kSteps * kBatch;

TEST(ActivationPenaltyTest, IsTheMeanSquareOfEveryRow) {
  const std::vector<float> x(kRows * kCols, 2);
  std::vector<float> d_x(x.size(), 0);
  EXPECT_FLOAT_EQ(PenalizeActivation(3, {x.data(), kRows, kCols}, {d_x.data(), kRows, kCols}),
                  3 * 4 * kRows);
  EXPECT_EQ(PenalizeChange(3, kBatch, {x.data(), kRows, kCols}, {d_x.data(), kRows, kCols}), 0);
}

TEST(ActivationPenaltyTest, AddsItsGradient) {
  std::vector<float> x = RandomFloats(kRows * kCols, 1), d_x(x.size(), 0), scratch = d_x;
  PenalizeActivation(1.5f, {x.data(), kRows, kCols}, {d_x.data(), kRows, kCols});
  PenalizeChange(2.5f, kBatch, {x.data(), kRows, kCols}, {d_x.data(), kRows, kCols});
  const auto loss = [&] {
    return PenalizeActivation(1.5f, {x.data(), kRows, kCols}, {scratch.data(), kRows, kCols}) +
           PenalizeChange(2.5f, kBatch, {x.data(), kRows, kCols}, {scratch.data(), kRows, kCols});
  };
  ExpectGradient(loss, x, d_x, "x");
}

}  // namespace
}  // namespace elman
