#include "trainer/nn/rnn_stack.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/trainer/nn/gradient_check.h"

namespace elman {
namespace {

struct StackCase {
  const char* name;
  RnnStackShape shape;
};

std::ostream& operator<<(std::ostream& out, const StackCase& stack_case) {
  return out << stack_case.name;
}

// A stack with a weighted sum of its outputs as loss; no two sizes alike.
class RnnStackTest : public testing::TestWithParam<StackCase> {
 protected:
  static constexpr int64_t kSteps = 5, kBatch = 3, kInput = 7, kHidden = 6;

  static RnnStackShape Sized(RnnStackShape shape) {
    shape.input_size = kInput;
    shape.hidden_size = kHidden;
    return shape;
  }
  static const RnnStackShape& Shape() { return GetParam().shape; }

  RnnStackTest()
      : stack_("layer", Sized(Shape()), &table_),
        values_(RandomFloats(table_.size(), 1)),
        x_(RandomFloats(kSteps * kBatch * kInput, 2, 1)),
        carry_(RandomFloats(stack_.states() * kBatch * kHidden, 3)),
        weights_(RandomFloats(kSteps * kBatch * kHidden, 4, 1)) {
    if (Shape().cell == Cell::kRelu) KeepOffTheKink();
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

// For stacks that compute in training what they compute in inference.
class RnnStackInferenceTest : public RnnStackTest {};

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

TEST_P(RnnStackInferenceTest, CarryJoinsSequences) {
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

TEST_P(RnnStackInferenceTest, TrainingAndInferenceAgree) {
  Loss();
  std::vector<float> carry = carry_;
  Workspace workspace;
  const ConstMatrix y =
      stack_.Infer(kSteps, kBatch, {x_.data(), kSteps * kBatch, kInput}, carry.data(), &workspace);
  const ConstMatrix trained = tape_.layers.back().y;
  for (int64_t i = 0; i < y.size(); ++i) ASSERT_NEAR(y.data[i], trained.data[i], 1e-5);
}

std::string CaseName(const testing::TestParamInfo<StackCase>& info) { return info.param.name; }

const StackCase kPlain[] = {
    {"Tanh", {.cell = Cell::kTanh}},
    {"Relu", {.cell = Cell::kRelu}},
    {"Lstm", {.cell = Cell::kLstm}},
    {"Gru", {.cell = Cell::kGru}},
    {"LinearBeforeResetGru", {.cell = Cell::kLinearBeforeResetGru}},
    {"ThreeTanh", {.cell = Cell::kTanh, .layers = 3}},
    {"TwoLstm", {.cell = Cell::kLstm, .layers = 2}},
    {"TwoGru", {.cell = Cell::kGru, .layers = 2}},
};
INSTANTIATE_TEST_SUITE_P(Plain, RnnStackTest, testing::ValuesIn(kPlain), CaseName);
INSTANTIATE_TEST_SUITE_P(Plain, RnnStackInferenceTest, testing::ValuesIn(kPlain), CaseName);

const StackCase kRegularized[] = {
    {"Dropout", {.cell = Cell::kLstm, .layers = 2, .input_dropout = 0.2f, .layer_dropout = 0.4f}},
    {"VariationalDropout",
     {.cell = Cell::kLinearBeforeResetGru,
      .layers = 2,
      .input_dropout = 0.4f,
      .layer_dropout = 0.3f,
      .variational_dropout = true}},
    {"WeightDropout", {.cell = Cell::kLstm, .layers = 2, .weight_dropout = 0.4f}},
    {"Residual", {.cell = Cell::kGru, .layers = 3, .layer_dropout = 0.3f, .residual = true}},
};
INSTANTIATE_TEST_SUITE_P(Regularized, RnnStackTest, testing::ValuesIn(kRegularized), CaseName);

// Dropped weights belong to a training pass: what comes after it must use whole ones.
TEST(RnnStackWeightsTest, InferenceAfterTrainingUsesWholeWeights) {
  ParameterTable table;
  RnnStack stack("layer", {.input_size = 3, .hidden_size = 4, .weight_dropout = 0.5f}, &table);
  const std::vector<float> values = RandomFloats(table.size(), 1), x = RandomFloats(5 * 2 * 3, 2);
  stack.UseValues(values.data());
  Workspace workspace;
  RnnStack::Tape tape;
  const auto infer = [&] {
    std::vector<float> carry(stack.states() * 2 * 4, 0);
    const ConstMatrix y = stack.Infer(5, 2, {x.data(), 10, 3}, carry.data(), &workspace);
    return std::vector<float>(y.data, y.data + y.size());
  };
  const auto train = [&](int64_t step) {
    std::vector<float> carry(stack.states() * 2 * 4, 0);
    const ConstMatrix y = stack.Forward({.seed = 1, .step = step}, 5, 2, {x.data(), 10, 3},
                                        carry.data(), &tape, &workspace);
    return std::vector<float>(y.data, y.data + y.size());
  };
  const std::vector<float> before = infer();
  const std::vector<float> first = train(0);
  EXPECT_NE(first, before);
  EXPECT_NE(train(1), first);
  EXPECT_EQ(train(0), first);
  EXPECT_EQ(infer(), before);
}

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
