#include "trainer/network/models/language_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "tests/support/gradient_check.h"
#include "tests/trainer/network/models/made_features.h"
#include "tests/trainer/network/models/trained_language_model.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {
namespace {

// Returns the rows [first, first + count) of a batch, as another lane would get them.
Batch RowsOf(const Batch& batch, int first, int count) {
  Batch part;
  part.steps = batch.steps;
  part.rows = count;
  for (int t = 0; t < batch.steps; ++t) {
    for (int b = first; b < first + count; ++b) {
      part.inputs.push_back(batch.inputs[t * batch.rows + b]);
      part.targets.push_back(batch.targets[t * batch.rows + b]);
      part.target_count += part.targets.back() != kNoTarget;
    }
  }
  return part;
}

struct ModelCase {
  const char* name;
  const char* spec;
};

std::ostream& operator<<(std::ostream& out, const ModelCase& model_case) {
  return out << model_case.name;
}

class LanguageModelTest : public testing::TestWithParam<ModelCase> {
 protected:
  LanguageModelTest()
      : model_(Spec(GetParam().spec), kVocabulary, kPredicted),
        values_(RandomFloats(model_.parameters().size(), 1, 0.7f)) {}

  // Adds features to the batch if the model reads them.
  static Batch Complete(const Batch& batch) { return WithFeatures(Spec(GetParam().spec), batch); }

  LanguageModel model_;
  std::vector<float> values_;
};

TEST_P(LanguageModelTest, TrainComputesTheGradientOfTheWholeModel) {
  const Batch batch = Complete(RandomBatch(4, 3, 2));
  const Trained trained = Train(&model_, values_, batch, 0);
  for (const Parameter& parameter : model_.parameters().parameters()) {
    ExpectGradient([&] { return Train(&model_, values_, batch, 0).sums.loss; },
                   std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span(trained.gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

// Losses and gradients of two lanes with the rows of one batch add up to those of one lane. With
// dropout, masks must depend on the global row.
TEST_P(LanguageModelTest, LanesAddUp) {
  const Batch batch = Complete(RandomBatch(6, 5, 3));
  const Trained whole = Train(&model_, values_, batch, 7);
  const Trained left = Train(&model_, values_, Complete(RowsOf(batch, 0, 2)), 7);
  const Trained right = Train(&model_, values_, Complete(RowsOf(batch, 2, 3)), 9);
  EXPECT_NEAR(left.sums.loss + right.sums.loss, whole.sums.loss, 1e-4);
  EXPECT_EQ(left.sums.targets + right.sums.targets, whole.sums.targets);
  for (size_t i = 0; i < whole.gradients.size(); ++i) {
    ASSERT_NEAR(left.gradients[i] + right.gradients[i], whole.gradients[i], 1e-4) << i;
  }
}

TEST_P(LanguageModelTest, SameInputsGiveTheSameBits) {
  const Batch batch = Complete(RandomBatch(6, 5, 3));
  const Trained once = Train(&model_, values_, batch, 0), again = Train(&model_, values_, batch, 0);
  EXPECT_EQ(once.sums.loss, again.sums.loss);
  EXPECT_EQ(once.gradients, again.gradients);
}

INSTANTIATE_TEST_SUITE_P(
    Specs, LanguageModelTest,
    testing::Values(ModelCase{"Lstm", ""}, ModelCase{"LstmDropout", "dropout: 0.5"},
                    ModelCase{"TanhInputDropout", "cell: TANH input_dropout: 0.3"},
                    ModelCase{"PeepholeLstm", "cell: PEEPHOLE_LSTM dropout: 0.2"},
                    ModelCase{"Jordan", "cell: JORDAN dropout: 0.2"},
                    ModelCase{"LinearBeforeResetGruOutputDropout",
                              "cell: LINEAR_BEFORE_RESET_GRU output_dropout: 0.2"},
                    ModelCase{"EmbeddingDropout", "embedding_dropout: 0.3"},
                    ModelCase{"WeightDropout", "weight_dropout: 0.4"},
                    ModelCase{"Variational", "dropout: 0.4 variational_dropout: true"},
                    ModelCase{"Tied", "tied_embeddings: true embedding_size: 6"},
                    ModelCase{"TiedProjected", "tied_embeddings: true dropout: 0.2"},
                    ModelCase{"Residual", "residual: true layers: 3"},
                    ModelCase{"Features",
                              "features { use: BESIDE size: 4 projected_size: 3 dropout: 0.2 } "
                              "tied_embeddings: true"},
                    ModelCase{"FeaturesAlone", "features { use: ALONE size: 4 }"},
                    ModelCase{"OneHotElman", "input: ONE_HOT cell: TANH layers: 1"},
                    ModelCase{"OneHotGru", "input: ONE_HOT cell: GRU embedding_dropout: 0.2"},
                    ModelCase{"Window", "fixed_window { tokens: 3 } layers: 1"},
                    ModelCase{"WindowOfOne", "fixed_window { tokens: 1 } dropout: 0.2"},
                    ModelCase{"WindowBeyondTheBatch", "fixed_window { tokens: 9 } dropout: 0.2"},
                    ModelCase{"WindowDirect",
                              "fixed_window { tokens: 3 direct_connections: true } layers: 3 "
                              "dropout: 0.2 embedding_dropout: 0.2"},
                    ModelCase{"WindowDirectTied",
                              "fixed_window { tokens: 2 direct_connections: true } "
                              "tied_embeddings: true variational_dropout: true dropout: 0.3"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(LanguageModelTest, ReadingTokenByTokenMatchesEvaluate) {
  if (FeatureSize(Spec(GetParam().spec)) > 0) return;  // there are no features for generated text
  LanguageModel& model = model_;
  model.UseValues(values_.data());
  Batch batch = RandomBatch(5, 2, 4);
  batch.targets[3] = 1;
  Workspace workspace;
  std::vector<float> carry(model.carry_size(2), 0), step_carry = carry;
  std::vector<double> losses(10);
  model.Evaluate(batch, carry.data(), losses, &workspace);
  std::vector<float> logits(2 * kPredicted);
  for (int t = 0; t < 5; ++t) {
    model.Logits(
        model.Read(std::span(batch.inputs).subspan(t * 2, 2), step_carry.data(), &workspace),
        {logits.data(), 2, kPredicted});
    for (int b = 0; b < 2; ++b) {
      double sum = 0;
      for (int v = 0; v < kPredicted; ++v) sum += std::exp(double{logits[b * kPredicted + v]});
      EXPECT_NEAR(std::log(sum) - logits[b * kPredicted + batch.targets[t * 2 + b]],
                  losses[t * 2 + b], 1e-5);
    }
  }
  for (size_t i = 0; i < carry.size(); ++i) EXPECT_NEAR(carry[i], step_carry[i], 1e-5);
}

// With one-hot inputs, a TANH layer is the network of Elman (1990): h(t) = tanh(W_x(id, .) + h(t-1)
// W_h + b), computed directly here.
TEST(LanguageModelOneHotTest, MatchesElmansNetwork) {
  LanguageModel model(Spec("input: ONE_HOT cell: TANH layers: 1 hidden_size: 3 input_dropout: 0.5"),
                      kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  const auto& parameters = model.parameters().parameters();
  ASSERT_EQ(parameters[0].name, "input_weights");
  ASSERT_EQ(parameters[1].name, "layer0.hidden_weights");
  ASSERT_EQ(parameters[2].name, "layer0.bias");
  model.UseValues(values.data());
  Workspace workspace;
  std::vector<float> carry(3, 0), expected(3, 0);
  for (const int32_t token : {4, 0, 12, 4}) {
    std::vector<float> next(3);
    for (int j = 0; j < 3; ++j) {
      float sum = values[parameters[0].offset + token * 3 + j] + values[parameters[2].offset + j];
      for (int k = 0; k < 3; ++k) sum += expected[k] * values[parameters[1].offset + k * 3 + j];
      next[j] = std::tanh(sum);
    }
    expected = next;
    model.Read({&token, 1}, carry.data(), &workspace);
    for (int j = 0; j < 3; ++j) EXPECT_NEAR(carry[j], expected[j], 1e-6) << token;
  }
}

// A frozen embedding has no gradient, and a step changes none of its rows. Everything else is
// trained as usual.
TEST(LanguageModelFrozenTest, OnlyTheEmbeddingIsUnchanged) {
  const Batch batch = RandomBatch(4, 3, 2);
  LanguageModel plain(Spec(), kVocabulary, kPredicted);
  LanguageModel frozen(Spec("frozen_embeddings: true"), kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(plain.parameters().size(), 1, 0.7f);
  const Trained a = Train(&plain, values, batch, 0), b = Train(&frozen, values, batch, 0);
  const Parameter& table = frozen.parameters().parameters()[0];
  ASSERT_EQ(table.name, "embedding");
  EXPECT_FALSE(table.decay);
  EXPECT_EQ(a.sums.loss, b.sums.loss);
  for (int64_t i = 0; i < plain.parameters().size(); ++i) {
    const bool of_table = i >= table.offset && i < table.offset + table.size();
    ASSERT_EQ(b.gradients[i], of_table ? 0 : a.gradients[i]) << i;
  }
  BlockSet touched(frozen.parameters().size());
  frozen.Touch(batch, &touched);
  touched.ForEachRun(0, frozen.parameters().size(),
                     [](int64_t first, int64_t) { ADD_FAILURE() << "touches " << first; });
}

// The penalties are not part of the reported loss, but of the gradient. What they add to it is the
// gradient of the penalties on the outputs of a stack with the same weights.
TEST(LanguageModelPenaltyTest, RegularizationChangesOnlyTheGradient) {
  const int steps = 4, rows = 3;
  const Batch batch = RandomBatch(steps, rows, 2);
  LanguageModel plain(Spec(), kVocabulary, kPredicted);
  LanguageModel penalized(
      Spec("activation_regularization: 2 temporal_activation_regularization: 1"), kVocabulary,
      kPredicted);
  std::vector<float> values = RandomFloats(plain.parameters().size(), 1, 0.7f);
  const Trained without = Train(&plain, values, batch, 0);
  const Trained with = Train(&penalized, values, batch, 0);
  EXPECT_EQ(without.sums.loss, with.sums.loss);

  const ParameterTable& parameters = plain.parameters();
  const auto of = [&](const std::string& name) {
    return *std::ranges::find(parameters.parameters(), name, &Parameter::name);
  };
  ParameterTable table;
  RnnStack stack("layer", {.layers = 2, .input_size = 5, .hidden_size = 6}, &table);
  const auto penalties = [&] {
    std::vector<float> of_stack(table.size()), x;
    for (const Parameter& parameter : table.parameters()) {
      std::copy_n(values.begin() + of(parameter.name).offset, parameter.size(),
                  of_stack.begin() + parameter.offset);
    }
    for (const int32_t id : batch.inputs) {
      const auto row = values.begin() + of("embedding").offset + id * 5;
      x.insert(x.end(), row, row + 5);
    }
    stack.UseValues(of_stack.data());
    std::vector<float> carry(plain.carry_size(rows), 0.25f);
    Workspace workspace;
    RnnStack::Tape tape;
    const ConstMatrix y = stack.Forward({}, SequenceLayout(steps, rows), {x.data(), 12, 5},
                                        carry.data(), &tape, &workspace);
    double sum = 0;
    for (int64_t i = 0; i < y.size(); ++i) {
      const double change = i < rows * 6 ? 0 : double{y.data[i]} - y.data[i - rows * 6];
      sum += 2 * double{y.data[i]} * y.data[i] + change * change;
    }
    return sum / 6;
  };
  for (const Parameter& parameter : parameters.parameters()) {
    std::vector<float> added(parameter.size());
    double size = 0;
    for (int64_t i = 0; i < parameter.size(); ++i) {
      added[i] = with.gradients[parameter.offset + i] - without.gradients[parameter.offset + i];
      size += added[i] * added[i];
    }
    if (parameter.name.starts_with("output")) {
      EXPECT_EQ(size, 0) << parameter.name;
    } else {
      ExpectGradient(penalties, std::span(values).subspan(parameter.offset, parameter.size()),
                     added, parameter.name.c_str());
    }
  }
}

// Resets of the state within a batch: before step 0 of row 1, before step 2 of rows 0 and 2, before
// step 3 of row 2.
const std::vector<int32_t> kRestarts = {1, 6, 8, 11};

class RestartsTest : public testing::TestWithParam<ModelCase> {};

TEST_P(RestartsTest, GradientsMatchDifferences) {
  LanguageModel model(Spec(GetParam().spec), kVocabulary, kPredicted);
  std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  Batch batch = RandomBatch(5, 3, 2);
  batch.restarts = kRestarts;
  const Trained trained = Train(&model, values, batch, 0);
  for (const Parameter& parameter : model.parameters().parameters()) {
    ExpectGradient([&] { return Train(&model, values, batch, 0).sums.loss; },
                   std::span(values).subspan(parameter.offset, parameter.size()),
                   std::span(trained.gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

// Consecutive texts in a row have the same losses, and leave the same state, as each of them alone.
TEST_P(RestartsTest, TextsAreIndependent) {
  LanguageModel model(Spec(GetParam().spec), kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  model.UseValues(values.data());
  Workspace workspace;
  const int states = static_cast<int>(model.carry_states());
  const int width = static_cast<int>(model.carry_width());
  Batch batch = RandomBatch(5, 3, 2);
  batch.targets[3] = 1;
  batch.restarts = kRestarts;
  std::vector<float> carry(model.carry_size(3), 0.25f);
  std::vector<double> losses(15);
  model.Evaluate(batch, carry.data(), losses, &workspace);

  struct Text {
    int row, begin, end;
    bool begun;  // it begins here rather than before the batch
  };
  for (const Text& text : {Text{0, 0, 2, false}, Text{0, 2, 5, true}, Text{1, 0, 5, true},
                           Text{2, 0, 2, false}, Text{2, 2, 3, true}, Text{2, 3, 5, true}}) {
    Batch alone;
    alone.rows = 1;
    alone.steps = text.end - text.begin;
    for (int t = text.begin; t < text.end; ++t) {
      alone.inputs.push_back(batch.inputs[t * 3 + text.row]);
      alone.targets.push_back(batch.targets[t * 3 + text.row]);
    }
    std::vector<float> own_carry(model.carry_size(1), 0.25f);
    if (text.begun) model.Begin(1, own_carry.data());
    std::vector<double> own_losses(alone.steps);
    model.Evaluate(alone, own_carry.data(), own_losses, &workspace);
    for (int t = text.begin; t < text.end; ++t)
      EXPECT_NEAR(losses[t * 3 + text.row], own_losses[t - text.begin], 1e-5);
    if (text.end < 5) continue;
    for (int state = 0; state < states; ++state) {
      for (int j = 0; j < width; ++j) {
        EXPECT_NEAR(carry[(state * 3 + text.row) * width + j], own_carry[state * width + j], 1e-5);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cells, RestartsTest,
    testing::Values(
        ModelCase{"Lstm", ""}, ModelCase{"Tanh", "cell: TANH"}, ModelCase{"Gru", "cell: GRU"},
        ModelCase{"LinearBeforeResetGru", "cell: LINEAR_BEFORE_RESET_GRU"},
        ModelCase{"Peepholes", "cell: PEEPHOLE_LSTM"}, ModelCase{"Jordan", "cell: JORDAN"},
        ModelCase{"LearnedState", "initial_state { kind: LEARNED }"},
        ModelCase{"LearnedGruState", "cell: GRU initial_state { kind: LEARNED }"},
        ModelCase{"Window", "fixed_window { tokens: 3 }"},
        ModelCase{"WindowDirect", "fixed_window { tokens: 4 direct_connections: true }"}),
    [](const auto& info) { return std::string(info.param.name); });

// At the start of an epoch, the carry is the learned initial state, which has a gradient only then.
TEST(LanguageModelInitialStateTest, IsLearnedWhereAnEpochBegins) {
  LanguageModel model(Spec("initial_state { kind: LEARNED }"), kVocabulary, kPredicted);
  std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  Batch batch = RandomBatch(4, 3, 2);
  for (const bool starts : {true, false}) {
    batch.starts_epoch = starts;
    const Trained trained = Train(&model, values, batch, 0);
    for (const Parameter& parameter : model.parameters().parameters()) {
      if (parameter.name.find("initial") == std::string::npos) continue;
      const auto gradient =
          std::span(trained.gradients).subspan(parameter.offset, parameter.size());
      if (!starts) {
        for (const float g : gradient) EXPECT_EQ(g, 0);
        continue;
      }
      ExpectGradient([&] { return Train(&model, values, batch, 0).sums.loss; },
                     std::span(values).subspan(parameter.offset, parameter.size()), gradient,
                     parameter.name.c_str());
    }
  }
}

// Rows are reset independently, and the same rows whichever lane they are in. At the start of an
// epoch, all rows are reset.
TEST(LanguageModelInitialStateTest, RowsAreResetAtRandom) {
  constexpr int kRows = 40;
  LanguageModel always(Spec(), kVocabulary, kPredicted);
  LanguageModel model(Spec("initial_state { reset_probability: 0.5 }"), kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  Batch batch = RandomBatch(1, kRows, 2);
  const auto loss_of_row = [&](LanguageModel* of, int row, bool starts) {
    Batch part = RowsOf(batch, row, 1);
    part.starts_epoch = starts;
    return Train(of, values, part, row).sums.loss;
  };
  int begun = 0;
  double sum = 0;
  for (int row = 0; row < kRows; ++row) {
    const double anew = loss_of_row(&always, row, true), carried = loss_of_row(&always, row, false);
    const double found = loss_of_row(&model, row, false);
    EXPECT_TRUE(found == anew || found == carried) << row;
    EXPECT_EQ(loss_of_row(&model, row, true), anew);
    begun += found == anew && anew != carried;
    sum += found;
  }
  EXPECT_GT(begun, kRows / 4);
  EXPECT_LT(begun, kRows * 3 / 4);
  EXPECT_NEAR(Train(&model, values, batch, 0).sums.loss, sum, 1e-4);
}

TEST(LanguageModelPaddingTest, CountsPositionsAndPadding) {
  LanguageModel model(Spec(), kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1);
  const LossSums sums = Train(&model, values, RandomBatch(4, 3, 2), 0).sums;
  EXPECT_EQ(sums.positions, 11);  // one position has no target
  EXPECT_EQ(sums.computed, 12);
}

TEST(ModelFactoryTest, NamesTheInvalidField) {
  VocabularySpec vocabulary;
  vocabulary.set_size(kVocabulary);
  vocabulary.set_predicted_size(kPredicted);
  EXPECT_TRUE(CreateModel(LANGUAGE_MODEL, Spec(), {vocabulary}).ok());
  const auto message = [&](const ModelSpec& spec) {
    return std::string(CreateModel(LANGUAGE_MODEL, spec, {vocabulary}).status().message());
  };
  ModelSpec spec = Spec("dropout: 1");
  EXPECT_NE(message(spec).find("model.dropout"), std::string::npos);
  spec = Spec();
  spec.set_layers(0);
  EXPECT_NE(message(spec).find("model.layers"), std::string::npos);
  spec.set_layers(1);
  spec.set_hidden_size(-3);
  EXPECT_NE(message(spec).find("model.hidden_size"), std::string::npos);
  EXPECT_NE(message(Spec("bidirectional: true")).find("model.bidirectional"), std::string::npos);
  EXPECT_NE(message(Spec("input: ONE_HOT tied_embeddings: true")).find("model.input is ONE_HOT"),
            std::string::npos);
  EXPECT_NE(message(Spec("frozen_embeddings: true tied_embeddings: true"))
                .find("model.frozen_embeddings is true"),
            std::string::npos);
  for (const char* unfit :
       {"size: 0", "size: 70000", "size: 4 projected_size: -1", "size: 4 dropout: 1"}) {
    EXPECT_NE(
        message(Spec(absl::StrCat("features { use: BESIDE ", unfit, " }"))).find("model.features."),
        std::string::npos);
  }
  const std::string alone = "features { use: ALONE size: 4 } ";
  EXPECT_NE(message(Spec(alone + "tied_embeddings: true")).find("no embeddings for"),
            std::string::npos);
  EXPECT_NE(message(Spec(alone + "input: ONE_HOT")).find("model.input is ONE_HOT"),
            std::string::npos);
  EXPECT_EQ(CreateModel(TASK_UNSPECIFIED, Spec(), {}).status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_NE(
      std::string(CreateModel(TAGGING, Spec("tagging { output: BINARY }"), {vocabulary, vocabulary})
                      .status()
                      .message())
          .find("model.tagging.output"),
      std::string::npos);
  EXPECT_EQ(CreateModel(TAGGING, Spec(), {vocabulary}).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_NE(
      std::string(CreateModel(TAGGING, Spec("tied_embeddings: true"), {vocabulary, vocabulary})
                      .status()
                      .message())
          .find("model.tied_embeddings"),
      std::string::npos);
}

}  // namespace
}  // namespace elman
