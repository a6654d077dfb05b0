// Tests which units dropout keeps, and that it scales them so that the expectation does not change.
#include "trainer/network/layers/dropout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "trainer/network/layers/weight_dropout.h"

namespace elman {
namespace {

constexpr int64_t kSteps = 6, kRows = 8, kCols = 50;
constexpr float kProbability = 0.2f;

// Returns the factors of a pass over ones, step by step; each is zero or 1 / (1 - p).
std::vector<float> Factors(bool variational, const Pass& pass) {
  const std::vector<float> ones(kSteps * kRows * kCols, 1);
  Workspace workspace;
  Dropout::Mask mask;
  const ConstMatrix y = Dropout(kProbability, variational, /*site=*/3)
                            .Forward(pass, SequenceLayout(kSteps, kRows),
                                     {ones.data(), kSteps * kRows, kCols}, &mask, &workspace);
  std::vector<float> factors(y.data, y.data + y.size()), gradient = ones;
  Dropout::Backward(mask, {gradient.data(), kSteps * kRows, kCols});
  EXPECT_EQ(gradient, factors);
  return factors;
}

void ExpectKeepsTheExpectation(const std::vector<float>& factors) {
  const float kept = 1 / (1 - kProbability);
  EXPECT_THAT(factors, testing::Each(testing::AnyOf(0.0f, kept)));
  const auto dropped = static_cast<double>(std::ranges::count(factors, 0.0f));
  EXPECT_NEAR(dropped / static_cast<double>(factors.size()), kProbability, 0.03);
}

TEST(DropoutTest, ScalesKeptUnits) {
  const std::vector<float> factors = Factors(false, {.seed = 1, .step = 5});
  ExpectKeepsTheExpectation(factors);
  EXPECT_EQ(Factors(false, {.seed = 1, .step = 5}), factors);
  EXPECT_NE(Factors(false, {.seed = 1, .step = 6}), factors);
  EXPECT_NE(Factors(false, {.seed = 2, .step = 5}), factors);
}

TEST(DropoutTest, VariationalMaskIsTheSameAtEveryTimeStep) {
  constexpr int64_t kStep = kRows * kCols;
  for (const bool variational : {false, true}) {
    const std::vector<float> factors = Factors(variational, {.seed = 1, .step = 5});
    EXPECT_EQ(std::equal(factors.begin(), factors.begin() + kStep, factors.begin() + kStep),
              variational);
    EXPECT_FALSE(std::equal(factors.begin(), factors.begin() + kCols, factors.begin() + kCols))
        << "sequences have masks of their own";
  }
}

TEST(WeightDropoutTest, ScalesKeptWeightsAndMasksTheGradient) {
  const std::vector<float> ones(40 * kCols, 1);
  WeightDropout dropout(kProbability, /*site=*/3, 40, kCols);
  const auto factors_of = [&](int64_t step) {
    const ConstMatrix w = dropout.Forward({.seed = 1, .step = step}, {ones.data(), 40, kCols});
    return std::vector<float>(w.data, w.data + w.size());
  };
  const std::vector<float> other = factors_of(6), factors = factors_of(5);
  ExpectKeepsTheExpectation(factors);
  EXPECT_NE(other, factors);
  std::vector<float> gradient(ones.size(), 0);
  const Matrix inner = dropout.BeginBackward({gradient.data(), 40, kCols});
  std::fill_n(inner.data, inner.size(), 1.0f);
  dropout.EndBackward({gradient.data(), 40, kCols});
  EXPECT_EQ(gradient, factors);
}

}  // namespace
}  // namespace elman
