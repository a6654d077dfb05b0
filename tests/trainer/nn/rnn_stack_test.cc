#include "trainer/nn/rnn_stack.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/trainer/nn/gradient_check.h"

namespace elman {
namespace {

struct StackCase {
  Cell cell;
  int layers;
  float dropout;
};

std::string CaseName(const testing::TestParamInfo<StackCase>& info) {
  const char* const names[] = {"Tanh", "Relu", "Lstm", "Gru", "LinearBeforeResetGru"};
  return std::string(names[static_cast<int>(info.param.cell)]) + std::to_string(info.param.layers) +
         (info.param.dropout > 0 ? "Dropout" : "");
}

// A stack with a weighted sum of its outputs as loss; no two sizes alike.
class RnnStackTest : public testing::TestWithParam<StackCase> {
 protected:
  static constexpr int64_t kSteps = 5, kBatch = 3, kInput = 7, kHidden = 6;

  RnnStackTest()
      : stack_("layer", {GetParam().cell, GetParam().layers, kInput, kHidden, GetParam().dropout},
               &table_),
        values_(RandomFloats(table_.size(), 1)),
        x_(RandomFloats(kSteps * kBatch * kInput, 2, 1)),
        carry_(RandomFloats(stack_.states() * kBatch * kHidden, 3)),
        weights_(RandomFloats(kSteps * kBatch * kHidden, 4, 1)) {
    if (GetParam().cell == Cell::kRelu) KeepOffTheKink();
  }

  // Differences across the rectifier's kink say nothing about its gradient: half of the units are
  // always on, half off.
  void KeepOffTheKink() {
    for (float& value : values_) value *= 0.3f;
    for (const Parameter& parameter : table_.parameters()) {
      if (parameter.rows > 1) continue;
      for (int64_t i = 0; i < parameter.size(); ++i)
        values_[parameter.offset + i] += i % 2 ? 3 : -3;
    }
  }

  double Loss() {
    stack_.UseValues(values_.data());
    workspace_.Reset();
    std::vector<float> carry = carry_;
    const ConstMatrix y =
        stack_.Forward({.seed = 9, .step = 4, .first_row = 2}, kSteps, kBatch,
                       {x_.data(), kSteps * kBatch, kInput}, carry.data(), &tape_, &workspace_);
    return std::inner_product(weights_.begin(), weights_.end(), y.data, 0.0);
  }

  ParameterTable table_;
  RnnStack stack_;
  std::vector<float> values_, x_, carry_, weights_;
  RnnStack::Tape tape_;
  Workspace workspace_;
};

TEST_P(RnnStackTest, BackwardIsTheGradient) {
  std::vector<float> gradients(table_.size(), 0), d_y = weights_;
  stack_.UseValues(values_.data());
  std::vector<float> carry = carry_;
  stack_.Forward({.seed = 9, .step = 4, .first_row = 2}, kSteps, kBatch,
                 {x_.data(), kSteps * kBatch, kInput}, carry.data(), &tape_, &workspace_);
  const Matrix d_x =
      stack_.Backward(tape_, {d_y.data(), kSteps * kBatch, kHidden}, gradients.data(), &workspace_);
  const std::vector<float> d_x_copy(d_x.data, d_x.data + d_x.size());

  ExpectGradient([&] { return Loss(); }, x_, d_x_copy, "x");
  for (const Parameter& parameter : table_.parameters()) {
    ExpectGradient([&] { return Loss(); },
                   std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span<const float>(gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

TEST_P(RnnStackTest, BackwardAddsToGradients) {
  std::vector<float> once(table_.size(), 0), twice(table_.size(), 0);
  for (std::vector<float>* gradients : {&once, &twice, &twice}) {
    Loss();
    std::vector<float> d_y = weights_;
    stack_.Backward(tape_, {d_y.data(), kSteps * kBatch, kHidden}, gradients->data(), &workspace_);
  }
  for (size_t i = 0; i < once.size(); ++i) ASSERT_NEAR(twice[i], 2 * once[i], 1e-4) << i;
}

TEST_P(RnnStackTest, CarryJoinsSequences) {
  if (GetParam().dropout > 0) GTEST_SKIP() << "masks belong to a pass";
  stack_.UseValues(values_.data());
  std::vector<float> whole_carry = carry_, part_carry = carry_;
  const ConstMatrix whole = stack_.Infer(kSteps, kBatch, {x_.data(), kSteps * kBatch, kInput},
                                         whole_carry.data(), &workspace_);
  constexpr int64_t kFirst = 2;
  const ConstMatrix first = stack_.Infer(kFirst, kBatch, {x_.data(), kFirst * kBatch, kInput},
                                         part_carry.data(), &workspace_);
  const ConstMatrix second =
      stack_.Infer(kSteps - kFirst, kBatch,
                   {x_.data() + kFirst * kBatch * kInput, (kSteps - kFirst) * kBatch, kInput},
                   part_carry.data(), &workspace_);
  for (int64_t i = 0; i < first.size(); ++i) ASSERT_NEAR(first.data[i], whole.data[i], 1e-5);
  for (int64_t i = 0; i < second.size(); ++i)
    ASSERT_NEAR(second.data[i], whole.row(kFirst * kBatch)[i], 1e-5);
  for (size_t i = 0; i < whole_carry.size(); ++i) ASSERT_NEAR(part_carry[i], whole_carry[i], 1e-5);
}

TEST_P(RnnStackTest, TrainingAndInferenceAgree) {
  if (GetParam().dropout > 0) GTEST_SKIP() << "inference drops nothing";
  Loss();
  std::vector<float> carry = carry_;
  Workspace workspace;
  const ConstMatrix y =
      stack_.Infer(kSteps, kBatch, {x_.data(), kSteps * kBatch, kInput}, carry.data(), &workspace);
  const ConstMatrix trained = tape_.layers.back().y;
  for (int64_t i = 0; i < y.size(); ++i) ASSERT_NEAR(y.data[i], trained.data[i], 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Cells, RnnStackTest,
                         testing::Values(StackCase{Cell::kTanh, 1, 0}, StackCase{Cell::kRelu, 1, 0},
                                         StackCase{Cell::kLstm, 1, 0}, StackCase{Cell::kGru, 1, 0},
                                         StackCase{Cell::kLinearBeforeResetGru, 1, 0},
                                         StackCase{Cell::kTanh, 3, 0}, StackCase{Cell::kLstm, 2, 0},
                                         StackCase{Cell::kGru, 2, 0},
                                         StackCase{Cell::kLstm, 2, 0.4f},
                                         StackCase{Cell::kLinearBeforeResetGru, 2, 0.3f}),
                         CaseName);

// A check that passes a wrong gradient is worth nothing.
TEST(GradientCheckTest, CatchesASwappedMatrix) {
  std::vector<float> values = RandomFloats(12, 1);
  const auto loss = [&] {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) sum += values[i] * values[i] * (1.0 + i);
    return sum;
  };
  std::vector<float> gradient(12);
  for (size_t i = 0; i < values.size(); ++i) gradient[i] = 2 * values[i] * (1.0 + i);
  ExpectGradient(loss, values, gradient, "right");
  std::swap(gradient[0], gradient[11]);
  testing::TestPartResultArray failures;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    ExpectGradient(loss, values, gradient, "wrong");
  }
  EXPECT_EQ(failures.size(), 1);
}

}  // namespace
}  // namespace elman
