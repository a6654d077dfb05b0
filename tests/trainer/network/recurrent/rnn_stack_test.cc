#include "trainer/network/recurrent/rnn_stack.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace elman {
namespace {

constexpr int64_t kInput = 7, kHidden = 6;
constexpr Pass kPass = {.seed = 9, .step = 4, .first_row = 2};

struct StackCase {
  std::string name;
  RnnStackShape shape;
};

std::ostream& operator<<(std::ostream& out, const StackCase& stack_case) {
  return out << stack_case.name;
}

std::string CaseName(const testing::TestParamInfo<StackCase>& info) { return info.param.name; }

// Inputs of sequences of these lengths, and the weights of their outputs in the loss. The numbers
// are functions of (sequence, step), whatever the layout is.
struct Sequences {
  Sequences(std::vector<int32_t> lengths, int64_t output_size)
      : lengths(std::move(lengths)),
        longest(*std::ranges::max_element(this->lengths)),
        x(RandomFloats(this->lengths.size() * longest * kInput, 2, 1)),
        weights(RandomFloats(this->lengths.size() * longest * output_size, 4, 1)),
        output_size(output_size) {}

  const float* InputAt(int64_t sequence, int64_t step) const {
    return x.data() + (sequence * longest + step) * kInput;
  }
  const float* WeightsAt(int64_t sequence, int64_t step) const {
    return weights.data() + (sequence * longest + step) * output_size;
  }

  std::vector<int32_t> lengths;
  int64_t longest;
  std::vector<float> x, weights;
  int64_t output_size;
};

// Packs the values of a function of (sequence, step); `first` is the layout's first sequence.
template <typename At>
std::vector<float> Pack(const SequenceLayout& layout, int64_t cols, int64_t first, const At& at) {
  std::vector<float> packed(layout.rows() * cols, 0);
  for (int64_t r = 0; r < layout.rows(); ++r) {
    const auto [sequence, step] = layout.places()[r];
    std::copy_n(at(first + sequence, step), cols, packed.data() + r * cols);
  }
  return packed;
}

// A stack with a weighted sum of its outputs as loss. All sizes are different.
class StackFixture {
 public:
  explicit StackFixture(RnnStackShape shape)
      : shape_(Sized(shape)),
        stack_("layer", shape_, &table_),
        values_(RandomFloats(table_.size(), 1)) {
    if (shape.cell == Cell::kRelu) KeepOffTheKink();
    stack_.UseValues(values_.data());
  }

  static RnnStackShape Sized(RnnStackShape shape) {
    shape.input_size = kInput;
    shape.hidden_size = kHidden;
    return shape;
  }

  struct Result {
    double loss = 0;
    std::vector<float> y;          // packed
    std::vector<float> d_x;        // packed
    std::vector<float> gradients;  // of all parameters
    std::vector<float> carry;      // after the pass
  };

  // A forward pass over the sequences [first, first + layout.batch()) and, if requested, a backward
  // pass. Without a carry, sequences begin with the initial state of the stack.
  Result Train(const Sequences& sequences, const SequenceLayout& layout, int64_t first,
               const std::vector<float>* carry, bool backward) {
    workspace_.Reset();
    Pass pass = kPass;
    pass.first_row += first;
    Result result;
    result.carry.resize(stack_.states() * layout.batch() * kHidden);
    if (carry) {
      result.carry = *carry;
    } else {
      stack_.Begin(&pass, layout, result.carry.data());
    }
    x_ = Pack(layout, kInput, first,
              [&](int64_t sequence, int64_t step) { return sequences.InputAt(sequence, step); });
    const ConstMatrix y = stack_.Forward(pass, layout, {x_.data(), layout.rows(), kInput},
                                         result.carry.data(), &tape_, &workspace_);
    result.y.assign(y.data, y.data + y.size());
    std::vector<float> d_y = Pack(layout, y.cols, first, [&](int64_t sequence, int64_t step) {
      return sequences.WeightsAt(sequence, step);
    });
    for (int64_t i = 0; i < y.size(); ++i) result.loss += double{d_y[i]} * y.data[i];
    if (backward) {
      result.gradients.assign(table_.size(), 0);
      const Matrix d_x =
          stack_.Backward(tape_, layout, {d_y.data(), y.rows, y.cols},
                          /*begun=*/carry == nullptr, result.gradients.data(), &workspace_);
      result.d_x.assign(d_x.data, d_x.data + d_x.size());
    }
    return result;
  }

  RnnStackShape shape_;
  ParameterTable table_;
  RnnStack stack_;
  std::vector<float> values_;
  std::vector<float> x_;  // of the latest pass; the tape refers to it
  RnnStack::Tape tape_;
  Workspace workspace_;

 private:
  // Differences across the kink of a rectifier do not estimate its gradient, so half of the units
  // are always on and half are off.
  void KeepOffTheKink() {
    for (float& value : values_) value *= 0.3f;
    for (const Parameter& parameter : table_.parameters()) {
      if (parameter.rows > 1) continue;
      for (int64_t i = 0; i < parameter.size(); ++i)
        values_[parameter.offset + i] += i % 2 ? 3 : -3;
    }
  }
};

class RnnStackTest : public testing::TestWithParam<StackCase>, public StackFixture {
 protected:
  RnnStackTest() : StackFixture(GetParam().shape) {}

  // Checks the gradients of all parameters and, by (sequence, step), of x.
  void ExpectGradients(Sequences sequences, const SequenceLayout& layout,
                       const std::vector<float>* carry) {
    const Result result = Train(sequences, layout, 0, carry, /*backward=*/true);
    const auto loss = [&] {
      stack_.UseValues(values_.data());
      return Train(sequences, layout, 0, carry, /*backward=*/false).loss;
    };
    std::vector<float> d_x(sequences.x.size(), 0);
    for (int64_t r = 0; r < layout.rows(); ++r) {
      const auto [sequence, step] = layout.places()[r];
      std::copy_n(result.d_x.data() + r * kInput, kInput,
                  d_x.data() + (sequence * sequences.longest + step) * kInput);
    }
    ExpectGradient(loss, sequences.x, d_x, "x");
    for (const Parameter& parameter : table_.parameters()) {
      if (carry && parameter.name.find("initial") != std::string::npos) continue;
      ExpectGradient(loss, std::span(values_).subspan(parameter.offset, parameter.size()),
                     std::span(result.gradients).subspan(parameter.offset, parameter.size()),
                     parameter.name.c_str());
    }
  }
};

TEST_P(RnnStackTest, GradientsMatchDifferencesForEqualLengths) {
  const Sequences sequences({5, 5, 5}, shape_.output_size());
  const std::vector<float> carry = RandomFloats(stack_.states() * 3 * kHidden, 3);
  ExpectGradients(sequences, SequenceLayout(5, 3), &carry);
}

TEST_P(RnnStackTest, GradientsMatchDifferencesForUnequalLengths) {
  const Sequences sequences({2, 7, 6, 1, 7, 1}, shape_.output_size());
  const SequenceLayout layout(sequences.lengths);
  ExpectGradients(sequences, layout, nullptr);
}

// The result for a sequence, including its final state, depends neither on the other sequences of
// the batch nor on their order.
TEST_P(RnnStackTest, SequencesAreIndependentOfTheBatch) {
  const Sequences sequences({4, 31, 1, 30, 13, 12, 12, 31}, shape_.output_size());
  const SequenceLayout layout(sequences.lengths);
  const Result whole = Train(sequences, layout, 0, nullptr, /*backward=*/true);
  double loss = 0;
  std::vector<double> gradients(table_.size(), 0);
  for (int64_t sequence = 0; sequence < layout.batch(); ++sequence) {
    const Result alone = Train(sequences, SequenceLayout(sequences.lengths[sequence], 1), sequence,
                               nullptr, /*backward=*/true);
    loss += alone.loss;
    for (size_t i = 0; i < gradients.size(); ++i) gradients[i] += alone.gradients[i];
    const int64_t rank = std::ranges::find(layout.order(), sequence) - layout.order().begin();
    for (int64_t state = 0; state < stack_.states(); ++state) {
      const float* last = whole.carry.data() + (state * layout.batch() + rank) * kHidden;
      for (int64_t j = 0; j < kHidden; ++j)
        ASSERT_NEAR(last[j], alone.carry[state * kHidden + j], 2e-6) << sequence;
    }
    for (int64_t r = 0; r < layout.rows(); ++r) {
      const auto [owner, step] = layout.places()[r];
      if (owner != sequence) continue;
      const int64_t cols = shape_.output_size();
      for (int64_t j = 0; j < cols; ++j)
        ASSERT_NEAR(whole.y[r * cols + j], alone.y[step * cols + j], 2e-6)
            << sequence << " " << step;
      for (int64_t j = 0; j < kInput; ++j)
        ASSERT_NEAR(whole.d_x[r * kInput + j], alone.d_x[step * kInput + j], 2e-5);
    }
  }
  EXPECT_NEAR(whole.loss, loss, 1e-5 * std::abs(loss) + 1e-5);
  for (size_t i = 0; i < gradients.size(); ++i)
    ASSERT_NEAR(whole.gradients[i], gradients[i], 1e-4 + 1e-4 * std::abs(gradients[i])) << i;
}

TEST_P(RnnStackTest, BackwardAddsToGradients) {
  const Sequences sequences({3, 3}, shape_.output_size());
  const SequenceLayout layout(3, 2);
  const std::vector<float> once = Train(sequences, layout, 0, nullptr, /*backward=*/true).gradients;
  std::vector<float> twice = once, d_y(layout.rows() * shape_.output_size());
  d_y = Pack(layout, shape_.output_size(), 0,
             [&](int64_t sequence, int64_t step) { return sequences.WeightsAt(sequence, step); });
  Train(sequences, layout, 0, nullptr, /*backward=*/false);
  stack_.Backward(tape_, layout, {d_y.data(), layout.rows(), shape_.output_size()},
                  /*begun=*/true, twice.data(), &workspace_);
  for (size_t i = 0; i < once.size(); ++i) ASSERT_NEAR(twice[i], 2 * once[i], 1e-4) << i;
}

// Every cell, with one layer and with two.
std::vector<StackCase> Stacks(bool bidirectional) {
  std::vector<StackCase> cases;
  for (const int layers : {1, 2}) {
    for (const ModelSpec::Cell cell : Variants<ModelSpec::Cell>()) {
      cases.push_back(
          {VariantName(cell) + (layers == 1 ? "" : "_TWICE"),
           {.cell = LayerCell(cell), .layers = layers, .bidirectional = bidirectional}});
    }
  }
  return cases;
}

// Options that change training but not inference.
const StackCase kRegularized[] = {
    {"Dropout", {.cell = Cell::kLstm, .layers = 2, .input_dropout = 0.2f, .layer_dropout = 0.4f}},
    {"VariationalDropout",
     {.cell = Cell::kLinearBeforeResetGru,
      .layers = 2,
      .bidirectional = true,
      .input_dropout = 0.4f,
      .layer_dropout = 0.3f,
      .variational_dropout = true}},
    {"WeightDropout", {.cell = Cell::kLstm, .layers = 2, .weight_dropout = 0.4f}},
    {"BidirectionalWeightDropout",
     {.cell = Cell::kGru, .bidirectional = true, .weight_dropout = 0.4f}},
    {"JordanWeightDropout", {.cell = Cell::kJordan, .weight_dropout = 0.4f}},
    {"Residual", {.cell = Cell::kGru, .layers = 3, .layer_dropout = 0.3f, .residual = true}},
    {"BidirectionalResidual",
     {.cell = Cell::kTanh, .layers = 2, .bidirectional = true, .residual = true}},
    {"LearnedState",
     {.cell = Cell::kLstm, .layers = 2, .initial_state = {.kind = InitialState::Kind::kLearned}}},
    {"BidirectionalLearnedState",
     {.cell = Cell::kGru,
      .bidirectional = true,
      .initial_state = {.kind = InitialState::Kind::kLearned}}},
    {"RandomState",
     {.cell = Cell::kPeepholeLstm,
      .initial_state = {.kind = InitialState::Kind::kRandom, .range = 0.5f}}},
};

INSTANTIATE_TEST_SUITE_P(Plain, RnnStackTest, testing::ValuesIn(Stacks(false)), CaseName);
INSTANTIATE_TEST_SUITE_P(Bidirectional, RnnStackTest, testing::ValuesIn(Stacks(true)), CaseName);
INSTANTIATE_TEST_SUITE_P(Regularized, RnnStackTest, testing::ValuesIn(kRegularized), CaseName);

// For stacks whose training passes compute the same as inference.
class RnnStackInferenceTest : public RnnStackTest {};

TEST_P(RnnStackInferenceTest, TrainingAndInferenceAgree) {
  const Sequences sequences({5, 9, 2, 16, 16}, shape_.output_size());
  const SequenceLayout layout(sequences.lengths);
  const Result trained = Train(sequences, layout, 0, nullptr, /*backward=*/false);
  const std::vector<float> x = Pack(layout, kInput, 0, [&](int64_t sequence, int64_t step) {
    return sequences.InputAt(sequence, step);
  });
  std::vector<float> carry(stack_.states() * layout.batch() * kHidden, 99);
  stack_.Begin(/*pass=*/nullptr, layout, carry.data());
  const ConstMatrix y =
      stack_.Infer(layout, {x.data(), layout.rows(), kInput}, carry.data(), &workspace_);
  for (int64_t r = 0; r < y.rows; ++r) {
    for (int64_t j = 0; j < y.cols; ++j) ASSERT_NEAR(y.row(r)[j], trained.y[r * y.cols + j], 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Plain, RnnStackInferenceTest, testing::ValuesIn(Stacks(false)), CaseName);
INSTANTIATE_TEST_SUITE_P(Bidirectional, RnnStackInferenceTest, testing::ValuesIn(Stacks(true)),
                         CaseName);

class RnnStackCarryTest : public RnnStackTest {};

TEST_P(RnnStackCarryTest, CarryContinuesSequences) {
  constexpr int64_t kSteps = 5, kBatch = 3, kFirst = 2;
  const std::vector<float> x = RandomFloats(kSteps * kBatch * kInput, 2, 1),
                           carry = RandomFloats(stack_.states() * kBatch * kHidden, 3);
  std::vector<float> whole_carry = carry, part_carry = carry;
  const ConstMatrix whole =
      stack_.Infer(SequenceLayout(kSteps, kBatch), {x.data(), kSteps * kBatch, kInput},
                   whole_carry.data(), &workspace_);
  const ConstMatrix first =
      stack_.Infer(SequenceLayout(kFirst, kBatch), {x.data(), kFirst * kBatch, kInput},
                   part_carry.data(), &workspace_);
  const ConstMatrix second =
      stack_.Infer(SequenceLayout(kSteps - kFirst, kBatch),
                   {x.data() + kFirst * kBatch * kInput, (kSteps - kFirst) * kBatch, kInput},
                   part_carry.data(), &workspace_);
  for (int64_t i = 0; i < first.size(); ++i) ASSERT_NEAR(first.data[i], whole.data[i], 1e-5);
  for (int64_t i = 0; i < second.size(); ++i)
    ASSERT_NEAR(second.data[i], whole.row(kFirst * kBatch)[i], 1e-5);
  for (size_t i = 0; i < whole_carry.size(); ++i) ASSERT_NEAR(part_carry[i], whole_carry[i], 1e-5);
  std::vector<float> trained_carry = carry;
  stack_.Forward(kPass, SequenceLayout(kSteps, kBatch), {x.data(), kSteps * kBatch, kInput},
                 trained_carry.data(), &tape_, &workspace_);
  for (size_t i = 0; i < carry.size(); ++i) ASSERT_NEAR(trained_carry[i], whole_carry[i], 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Plain, RnnStackCarryTest, testing::ValuesIn(Stacks(false)), CaseName);

// The second direction is a recurrence from the last step of the sequence to its first.
TEST(RnnStackDirectionTest, TheSecondDirectionReadsRightToLeft) {
  StackFixture both({.cell = Cell::kGru, .bidirectional = true});
  StackFixture one({.cell = Cell::kGru});
  const auto find = [](const ParameterTable& table, const std::string& name) {
    return *std::ranges::find(table.parameters(), name, &Parameter::name);
  };
  for (const char* name : {"input_weights", "hidden_weights", "bias"}) {
    const Parameter from = find(both.table_, std::string("layer0.reverse.") + name);
    const Parameter to = find(one.table_, std::string("layer0.") + name);
    std::copy_n(both.values_.data() + from.offset, from.size(), one.values_.data() + to.offset);
  }
  Sequences sequences({2, 9}, 2 * kHidden);
  const SequenceLayout layout(sequences.lengths);
  const auto y = both.Train(sequences, layout, 0, nullptr, /*backward=*/false).y;
  Sequences reversed({9}, kHidden);
  for (int64_t t = 0; t < 9; ++t)
    std::copy_n(sequences.InputAt(1, 8 - t), kInput, reversed.x.data() + t * kInput);
  const auto y_reversed =
      one.Train(reversed, SequenceLayout(9, 1), 0, nullptr, /*backward=*/false).y;
  for (int64_t t = 0; t < 9; ++t) {
    const float* row = y.data() + layout.RowOf(/*rank=*/0, t) * 2 * kHidden;
    for (int64_t j = 0; j < kHidden; ++j)
      ASSERT_NEAR(row[kHidden + j], y_reversed[(8 - t) * kHidden + j], 1e-6) << t;
  }
}

TEST(RnnStackInitialStateTest, IsZeroLearnedOrRandomByGlobalRow) {
  const auto begin = [](InitialState::Kind kind, const Pass* pass) {
    StackFixture fixture({.cell = Cell::kLstm, .initial_state = {.kind = kind, .range = 0.5f}});
    std::vector<float> carry(fixture.stack_.states() * 3 * kHidden, 99);
    fixture.stack_.Begin(pass, SequenceLayout(std::vector<int32_t>{2, 1, 3}), carry.data());
    if (kind == InitialState::Kind::kLearned) {
      const float* learned = fixture.values_.data() + fixture.table_.parameters().back().offset;
      for (int64_t i = 0; i < 3 * kHidden; ++i)
        EXPECT_EQ(carry[3 * kHidden + i], learned[i % kHidden]);
    }
    return carry;
  };
  EXPECT_EQ(begin(InitialState::Kind::kZero, &kPass), std::vector<float>(6 * kHidden, 0));
  EXPECT_EQ(begin(InitialState::Kind::kRandom, nullptr), std::vector<float>(6 * kHidden, 0));
  EXPECT_EQ(begin(InitialState::Kind::kLearned, &kPass),
            begin(InitialState::Kind::kLearned, nullptr));
  const std::vector<float> random = begin(InitialState::Kind::kRandom, &kPass);
  EXPECT_EQ(random, begin(InitialState::Kind::kRandom, &kPass));
  EXPECT_LE(*std::ranges::max_element(random), 0.5f);
  // Row 2 of the batch is the first one in the layout. In a batch that starts one row later, it is
  // row 1.
  Pass moved = kPass;
  moved.first_row += 1;
  const std::vector<float> shifted = begin(InitialState::Kind::kRandom, &moved);
  EXPECT_TRUE(std::equal(random.begin(), random.begin() + kHidden, shifted.begin() + 2 * kHidden));
}

// Dropped weights are used only in training passes; inference must use whole ones.
TEST(RnnStackWeightsTest, InferenceAfterTrainingUsesWholeWeights) {
  ParameterTable table;
  RnnStack stack("layer", {.input_size = 3, .hidden_size = 4, .weight_dropout = 0.5f}, &table);
  const std::vector<float> values = RandomFloats(table.size(), 1), x = RandomFloats(5 * 2 * 3, 2);
  stack.UseValues(values.data());
  Workspace workspace;
  RnnStack::Tape tape;
  const auto infer = [&] {
    std::vector<float> carry(stack.states() * 2 * 4, 0);
    const ConstMatrix y =
        stack.Infer(SequenceLayout(5, 2), {x.data(), 10, 3}, carry.data(), &workspace);
    return std::vector<float>(y.data, y.data + y.size());
  };
  const auto train = [&](int64_t step) {
    std::vector<float> carry(stack.states() * 2 * 4, 0);
    const ConstMatrix y = stack.Forward({.seed = 1, .step = step}, SequenceLayout(5, 2),
                                        {x.data(), 10, 3}, carry.data(), &tape, &workspace);
    return std::vector<float>(y.data, y.data + y.size());
  };
  const std::vector<float> before = infer();
  const std::vector<float> first = train(0);
  EXPECT_NE(first, before);
  EXPECT_NE(train(1), first);
  EXPECT_EQ(train(0), first);
  EXPECT_EQ(infer(), before);
}

// The gradient check must detect a wrong gradient.
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
