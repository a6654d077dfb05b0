// Compares the measured reach of gradients with central differences, for every cell.
#include "trainer/network/recurrent/observation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {
namespace {

constexpr int64_t kInput = 7, kHidden = 5;
constexpr Pass kPass = {.seed = 9, .step = 4, .first_row = 2};

struct ObservedCase {
  std::string name;
  Cell cell;
  bool bidirectional = false;
  int layers = 1;
};

std::ostream& operator<<(std::ostream& out, const ObservedCase& c) { return out << c.name; }

// Sequences with several lengths, their inputs, and the weights of the outputs of all steps in the
// loss.
class ObservationTest : public testing::TestWithParam<ObservedCase> {
 protected:
  ObservationTest()
      : shape_({.cell = GetParam().cell,
                .layers = GetParam().layers,
                .input_size = kInput,
                .hidden_size = kHidden,
                .bidirectional = GetParam().bidirectional,
                .layer_dropout = 0.3f,
                .weight_dropout = 0.2f}),
        stack_("layer", shape_, &table_),
        values_(RandomFloats(table_.size(), 1)),
        layout_(std::vector<int32_t>{3, 6, 1, 6}),
        x_(RandomFloats(layout_.rows() * kInput, 2, 1)),
        weights_(RandomFloats(layout_.rows() * shape_.output_size(), 3, 1)) {
    stack_.UseValues(values_.data());
  }

  struct Trained {
    std::vector<float> y, d_x, gradients, carry;
    bool operator==(const Trained&) const = default;
  };

  Trained Train(Observation* observation) {
    workspace_.Reset();
    Pass pass = kPass;
    pass.observation = observation;
    Trained trained;
    trained.carry.resize(stack_.states() * layout_.batch() * kHidden);
    stack_.Begin(&pass, layout_, trained.carry.data());
    const ConstMatrix y = stack_.Forward(pass, layout_, {x_.data(), layout_.rows(), kInput},
                                         trained.carry.data(), &tape_, &workspace_);
    trained.y.assign(y.data, y.data + y.size());
    trained.gradients.assign(table_.size(), 0);
    std::vector<float> d_y = weights_;
    const Matrix d_x = stack_.Backward(tape_, layout_, {d_y.data(), y.rows, y.cols},
                                       /*begun=*/true, trained.gradients.data(), &workspace_);
    trained.d_x.assign(d_x.data, d_x.data + d_x.size());
    return trained;
  }

  RnnStackShape shape_;
  ParameterTable table_;
  RnnStack stack_;
  std::vector<float> values_;
  SequenceLayout layout_;
  std::vector<float> x_, weights_;
  RnnStack::Tape tape_;
  Workspace workspace_;
};

TEST_P(ObservationTest, DoesNotChangeTheBitsOfGradients) {
  const Trained plain = Train(nullptr);
  Observation observation;
  EXPECT_EQ(Train(&observation), plain);
  EXPECT_EQ(observation.recurrences.size(),
            static_cast<size_t>(shape_.layers * (shape_.bidirectional ? 2 : 1)));
}

// The lag 0 of the topmost recurrences is the gradient that enters at their last step, in the
// direction in which they read: the weights of the loss.
TEST_P(ObservationTest, LagZeroIsTheGradientThatEntersAtTheLastStep) {
  Observation observation;
  Train(&observation);
  const std::string top = "layer" + std::to_string(shape_.layers - 1);
  for (const bool reverse : {false, true}) {
    if (reverse && !shape_.bidirectional) continue;
    const RecurrenceSums& sums = observation.Of(reverse ? top + ".reverse" : top, GetParam().cell);
    double entering = 0;
    for (int64_t r = 0; r < layout_.rows(); ++r) {
      const int64_t other_end = reverse ? r : layout_.mirror()[r];
      if (layout_.places()[other_end].step != 0) continue;
      for (int64_t j = 0; j < kHidden; ++j) {
        const double weight = weights_[r * shape_.output_size() + (reverse ? kHidden : 0) + j];
        entering += weight * weight;
      }
    }
    ASSERT_EQ(sums.lags.size(), 6u);
    EXPECT_NEAR(sums.lags[0].h, entering, 1e-5 * entering);
    EXPECT_EQ(sums.lags[0].entered, sums.lags[0].h);
    EXPECT_EQ(sums.lags[0].c, 0);
    for (const auto& [lag, sequences] : {std::pair(0, 4), {1, 3}, {2, 3}, {3, 2}, {5, 2}})
      EXPECT_EQ(sums.lags[lag].sequences, sequences) << lag;
    EXPECT_LT(sums.lags[2].entered, sums.lags[0].entered);
  }
}

std::vector<ObservedCase> EveryCell() {
  std::vector<ObservedCase> cases;
  for (const ModelSpec::Cell cell : Variants<ModelSpec::Cell>())
    cases.push_back({VariantName(cell), LayerCell(cell)});
  return cases;
}

std::string CaseName(const testing::TestParamInfo<ObservedCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Cells, ObservationTest, testing::ValuesIn(EveryCell()), CaseName);
INSTANTIATE_TEST_SUITE_P(Stacks, ObservationTest,
                         testing::Values(ObservedCase{"TwoLayers", Cell::kLstm, false, 2},
                                         ObservedCase{"BothWays", Cell::kPeepholeLstm, true, 2}),
                         CaseName);

RecurrenceShape ShapeOf(Cell cell) {
  RecurrenceShape shape;
  shape.cell = cell;
  shape.input_size = kInput;
  shape.hidden_size = kHidden;
  return shape;
}

// Limit for rounding errors in differences of a loss.
constexpr double kNoise = 1e-5;

class LagTest : public testing::TestWithParam<ObservedCase> {};

// The gradient of the state `lag` steps before the end is that of the initial state of a kernel
// that runs only the last steps. Its norm is estimated by differences of that loss.
TEST_P(LagTest, MatchesDifferencesOfTheLossOfTheLastStep) {
  constexpr int64_t kSteps = 5, kBatch = 3;
  const Cell cell = GetParam().cell;
  const bool has_cell = HasCellState(cell);
  ParameterTable table;
  Recurrence recurrence("layer", 0, ShapeOf(cell), &table);
  std::vector<float> values = RandomFloats(table.size(), 1);
  if (cell == Cell::kRelu) {  // avoid the kink: half of the units are always on, half are off
    for (float& value : values) value *= 0.3f;
    for (const Parameter& parameter : table.parameters()) {
      for (int64_t i = 0; parameter.rows == 1 && i < parameter.size(); ++i)
        values[parameter.offset + i] += i % 2 ? 3 : -3;
    }
  }
  recurrence.UseValues(values.data());
  const std::vector<float> x = RandomFloats(kSteps * kBatch * kInput, 2, 1);
  const std::vector<float> weights = RandomFloats(kBatch * kHidden, 3, 1);
  const int64_t size = kBatch * kHidden;
  Workspace workspace;

  // Computes the state after `steps` steps from zero, then the loss of the last step from any
  // state.
  const auto run = [&](int64_t first, int64_t end, std::vector<float>* state) {
    const SequenceLayout layout(end - first, kBatch);
    const ConstMatrix input{x.data() + first * kBatch * kInput, layout.rows(), kInput};
    const RecurrentState both{{state->data(), kBatch, kHidden},
                              has_cell ? Matrix{state->data() + size, kBatch, kHidden} : Matrix{}};
    RecurrentTape tape;
    recurrence.Forward(kPass, layout, input, both, &tape, &workspace);
    return tape;
  };
  std::vector<float> state(2 * size, 0);
  const RecurrentTape tape = run(0, kSteps, &state);
  const SequenceLayout layout(kSteps, kBatch);
  std::vector<float> d_y(kSteps * size, 0);
  std::ranges::copy(weights, d_y.end() - size);
  std::vector<double> h(layout.rows()), c(layout.rows());
  recurrence.FollowBack(tape, layout, {d_y.data(), layout.rows(), kHidden}, {},
                        /*wants_d_x=*/false, {h.data(), has_cell ? c.data() : nullptr}, &workspace);
  RecurrenceSums sums{.name = "layer", .cell = cell};
  sums.AddLags(layout, {h.data(), has_cell ? c.data() : nullptr});

  for (int64_t lag = 1; lag < kSteps; ++lag) {
    std::vector<float> before(2 * size, 0);
    run(0, kSteps - lag, &before);
    const auto loss = [&] {
      std::vector<float> after = before;
      run(kSteps - lag, kSteps, &after);
      double sum = 0;
      for (int64_t i = 0; i < size; ++i) sum += double{weights[i]} * after[i];
      return sum;
    };
    double squares[2] = {0, 0};
    for (int64_t i = 0; i < (has_cell ? 2 : 1) * size; ++i) {
      constexpr float kStep = 1e-2f;
      const float kept = before[i];
      const auto difference = [&](float step) {
        before[i] = kept + step;
        const double above = loss();
        before[i] = kept - step;
        const double below = loss();
        before[i] = kept;
        return (above - below) / (2.0 * step);
      };
      const double gradient = (4 * difference(kStep / 2) - difference(kStep)) / 3;
      squares[i / size] += gradient * gradient;
    }
    EXPECT_GT(squares[0], 0);
    EXPECT_NEAR(std::sqrt(sums.lags[lag].h), std::sqrt(squares[0]),
                6e-3 * std::sqrt(squares[0]) + kNoise)
        << lag;
    EXPECT_NEAR(std::sqrt(sums.lags[lag].c), std::sqrt(squares[1]),
                6e-3 * std::sqrt(squares[1]) + kNoise)
        << lag;
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, LagTest, testing::ValuesIn(EveryCell()), CaseName);

// Texts that begin within a window: lags must not reach into the previous text.
TEST(RecurrenceSumsTest, LagsEndAtRestarts) {
  SequenceLayout layout(/*steps=*/4, /*batch=*/3);
  // The second sequence restarts at steps 1 and 2, the first at step 3.
  layout.RestartAt(std::vector<int32_t>{4, 7, 9});
  std::vector<double> h(12);
  for (size_t i = 0; i < h.size(); ++i) h[i] = static_cast<double>(i + 1);
  RecurrenceSums sums;
  sums.AddLags(layout, {h.data(), nullptr});
  ASSERT_EQ(sums.lags.size(), 4u);
  EXPECT_EQ(sums.lags[0].sequences, 3);
  EXPECT_EQ(sums.lags[0].h, 10 + 11 + 12);
  EXPECT_EQ(sums.lags[1].sequences, 2);
  EXPECT_EQ(sums.lags[1].h, 8 + 9);
  EXPECT_EQ(sums.lags[1].entered, 11 + 12);
  EXPECT_EQ(sums.lags[3].sequences, 1);
  EXPECT_EQ(sums.lags[3].h, 3);
}

TEST(ActivationSumsTest, CountsByValue) {
  const float values[] = {0.01f, 0.099f, 0.5f, 0.91f, 0.999f, 1.0f};
  ActivationSums gate;
  gate.Look({"forget", ActivationRange::kGate, Activation::Place::kGates}, {values, 2, 3});
  EXPECT_EQ(gate.number, 6);
  EXPECT_EQ(gate.counts[0], 1);
  EXPECT_EQ(gate.counts[4], 1);
  EXPECT_EQ(gate.counts[45], 1);
  EXPECT_EQ(gate.counts.back(), 2);
  EXPECT_FLOAT_EQ(gate.least, 0.01f);
  EXPECT_NEAR(gate.sum, 3.518, 1e-6);

  const float cells[] = {-5, 0, 5, NAN};
  ActivationSums squashed;
  squashed.Look({"cell", ActivationRange::kTanh, Activation::Place::kFirstExtra, 0, false, true},
                {cells, 4, 1});
  EXPECT_EQ(squashed.number, 3);
  EXPECT_EQ(squashed.counts.front(), 1);
  EXPECT_EQ(squashed.counts.back(), 1);

  const float rectified[] = {0, 0, 1, 1000};
  ActivationSums rectifier;
  rectifier.Look({"hidden", ActivationRange::kRectifier, Activation::Place::kOutput},
                 {rectified, 4, 1});
  EXPECT_EQ(rectifier.counts[0], 2);
  EXPECT_EQ(rectifier.counts.back(), 1);
  const std::vector<double> limits = BucketLimits(ActivationRange::kRectifier);
  ASSERT_EQ(limits.size(), rectifier.counts.size());
  EXPECT_TRUE(std::ranges::is_sorted(limits));
  EXPECT_EQ(limits[0], 0);
}

}  // namespace
}  // namespace elman
