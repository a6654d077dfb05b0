#include "trainer/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "trainer/optim/clipping.h"
#include "trainer/optim/optimizer_factory.h"

namespace elman {
namespace {

// Runs three steps on two weights with the optimizer and with `formula`. The gradient is g = (w0, 2
// w1), that of w0^2/2 + w1^2.
std::vector<float> ThreeSteps(const OptimizerSpec& spec, float weight_decay) {
  const auto optimizer = CreateOptimizer(spec);
  std::vector<float> w = {1, -2};
  std::vector<std::vector<float>> moments(optimizer->moments(), std::vector<float>(2, 0));
  std::vector<float*> pointers;
  for (auto& moment : moments) pointers.push_back(moment.data());
  for (int64_t t = 1; t <= 3; ++t) {
    const std::vector<float> g = {w[0], 2 * w[1]};
    optimizer->Update({.number = t, .learning_rate = 0.1, .gradient_scale = 0.5}, weight_decay, w,
                      g, pointers);
  }
  return w;
}

TEST(SgdTest, UpdatesWithoutMomentum) {
  OptimizerSpec spec;
  const std::vector<float> w = ThreeSteps(spec, 0);
  EXPECT_NEAR(w[0], std::pow(1 - 0.1 * 0.5, 3), 1e-6);
  EXPECT_NEAR(w[1], -2 * std::pow(1 - 0.1 * 0.5 * 2, 3), 1e-6);
}

TEST(SgdTest, WeightDecayAddsToTheGradient) {
  OptimizerSpec spec;
  EXPECT_NEAR(ThreeSteps(spec, 0.25f)[0], std::pow(1 - 0.1 * (0.5 + 0.25), 3), 1e-6);
}

TEST(SgdTest, UpdatesWithMomentum) {
  OptimizerSpec spec;
  spec.set_momentum(0.9f);
  double w = 1, m = 0;
  for (int t = 0; t < 3; ++t) {
    m = 0.9 * m + 0.5 * w;
    w -= 0.1 * m;
  }
  EXPECT_NEAR(ThreeSteps(spec, 0)[0], w, 1e-6);
}

TEST(AdamTest, FollowsAlgorithmOne) {
  OptimizerSpec spec;
  spec.set_kind(OptimizerSpec::ADAM);
  double w = -2, m = 0, v = 0;
  for (int t = 1; t <= 3; ++t) {
    const double g = 0.5 * 2 * w;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= 0.1 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
  }
  EXPECT_NEAR(ThreeSteps(spec, 0)[1], w, 1e-5);
}

TEST(AdagradTest, DividesByTheRootOfSummedSquares) {
  OptimizerSpec spec;
  spec.set_kind(OptimizerSpec::ADAGRAD);
  spec.set_initial_sum(0.5f);
  spec.set_epsilon(0.25f);
  double w = -2, s = 0.5;
  for (int t = 1; t <= 3; ++t) {
    const double g = 0.5 * 2 * w + 0.125 * w;
    s += g * g;
    w -= 0.1 * g / (std::sqrt(s) + 0.25);
  }
  EXPECT_NEAR(ThreeSteps(spec, 0.125f)[1], w, 1e-6);
}

TEST(AdagradTest, KeepsValuesWithoutGradient) {
  OptimizerSpec spec;
  spec.set_kind(OptimizerSpec::ADAGRAD);
  spec.set_initial_sum(0);
  const auto adagrad = CreateOptimizer(spec);
  EXPECT_TRUE(adagrad->LeavesUntouched(/*weight_decay=*/0));
  EXPECT_FALSE(adagrad->LeavesUntouched(/*weight_decay=*/0.1f));
  std::vector<float> w = {3, 3}, sums = {0, 0};
  std::vector<float*> moments = {sums.data()};
  adagrad->Update({.learning_rate = 0.1}, 0, w, std::vector<float>{0, 5}, moments);
  EXPECT_EQ(w[0], 3);
  EXPECT_EQ(sums[0], 0);
  EXPECT_NEAR(w[1], 3 - 0.1, 1e-6);
}

TEST(SgdTest, ClipsValuesAfterScaling) {
  const auto optimizer = CreateOptimizer(OptimizerSpec());
  std::vector<float> w = {0, 0, 0};
  const std::vector<float> g = {10, -10, 1};
  optimizer->Update({.learning_rate = 1, .gradient_scale = 0.5, .clip_value = 2}, 0, w, g, {});
  EXPECT_EQ(w, (std::vector<float>{-2, 2, -0.5f}));
}

TEST(ClipFactorTest, NeverLengthens) {
  EXPECT_EQ(ClipFactor(10, 5), 0.5);
  EXPECT_EQ(ClipFactor(4, 5), 1);
  EXPECT_EQ(ClipFactor(1e9, 0), 1);
}

// Clipping by value limits the gradient of the loss, but not the term of weight decay.
TEST(AdamTest, WeightDecayIsAddedToTheBoundedGradient) {
  OptimizerSpec spec;
  spec.set_kind(OptimizerSpec::ADAM);
  spec.set_beta1(0.5f);
  std::vector<float> w = {4}, m = {0}, v = {0};
  const std::vector<float> g = {10};
  std::vector<float*> moments = {m.data(), v.data()};
  CreateOptimizer(spec)->Update({.learning_rate = 0.1, .clip_value = 1}, 0.5f, w, g, moments);
  EXPECT_FLOAT_EQ(m[0], 0.5f * (1 + 0.5f * 4));
}

}  // namespace
}  // namespace elman
