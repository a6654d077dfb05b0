#include "trainer/models/language_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/trainer/nn/gradient_check.h"
#include "trainer/models/model_factory.h"

namespace elman {
namespace {

constexpr int kVocabulary = 13, kPredicted = 11;

ModelSpec Spec(ModelSpec::Cell cell, float dropout) {
  ModelSpec spec;
  spec.set_cell(cell);
  spec.set_layers(2);
  spec.set_hidden_size(6);
  spec.set_embedding_size(5);
  spec.set_dropout(dropout);
  return spec;
}

Batch RandomBatch(int steps, int rows, uint32_t seed) {
  std::mt19937 engine(seed);
  Batch batch;
  batch.steps = steps;
  batch.rows = rows;
  for (int i = 0; i < steps * rows; ++i) {
    batch.inputs.push_back(static_cast<int32_t>(engine() % kVocabulary));
    batch.targets.push_back(static_cast<int32_t>(engine() % kPredicted));
  }
  batch.targets[3] = kNoTarget;
  batch.target_count = steps * rows - 1;
  return batch;
}

// The rows [first, first + count) of a batch, as another lane would get them.
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

struct Trained {
  LossSums sums;
  std::vector<float> gradients;
};

Trained Train(LanguageModel* model, const std::vector<float>& values, const Batch& batch,
              int first_row) {
  model->UseValues(values.data());
  Trained result{{}, std::vector<float>(model->parameters().size(), 0)};
  std::vector<float> carry(model->carry_size(batch.rows), 0.25f);
  Workspace workspace;
  result.sums = model->Train(batch, {.seed = 5, .step = 3, .first_row = first_row}, carry.data(),
                             result.gradients.data(), &workspace);
  return result;
}

struct ModelCase {
  ModelSpec::Cell cell;
  float dropout;
};

class LanguageModelTest : public testing::TestWithParam<ModelCase> {
 protected:
  LanguageModelTest()
      : model_(Spec(GetParam().cell, GetParam().dropout), kVocabulary, kPredicted),
        values_(RandomFloats(model_.parameters().size(), 1, 0.7f)) {}
  LanguageModel model_;
  std::vector<float> values_;
};

TEST_P(LanguageModelTest, TrainComputesTheGradientOfTheWholeModel) {
  const Batch batch = RandomBatch(4, 3, 2);
  const Trained trained = Train(&model_, values_, batch, 0);
  for (const Parameter& parameter : model_.parameters().parameters()) {
    ExpectGradient([&] { return Train(&model_, values_, batch, 0).sums.loss; },
                   std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span(trained.gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

// Two lanes that hold the rows of one batch compute what one lane computes: losses and gradients
// add up. With dropout this needs masks that belong to the global row.
TEST_P(LanguageModelTest, LanesAddUp) {
  const Batch batch = RandomBatch(6, 5, 3);
  const Trained whole = Train(&model_, values_, batch, 7);
  const Trained left = Train(&model_, values_, RowsOf(batch, 0, 2), 7);
  const Trained right = Train(&model_, values_, RowsOf(batch, 2, 3), 9);
  EXPECT_NEAR(left.sums.loss + right.sums.loss, whole.sums.loss, 1e-4);
  EXPECT_EQ(left.sums.targets + right.sums.targets, whole.sums.targets);
  for (size_t i = 0; i < whole.gradients.size(); ++i) {
    ASSERT_NEAR(left.gradients[i] + right.gradients[i], whole.gradients[i], 1e-4) << i;
  }
}

TEST_P(LanguageModelTest, SameInputsGiveTheSameBits) {
  const Batch batch = RandomBatch(6, 5, 3);
  const Trained once = Train(&model_, values_, batch, 0), again = Train(&model_, values_, batch, 0);
  EXPECT_EQ(once.sums.loss, again.sums.loss);
  EXPECT_EQ(once.gradients, again.gradients);
}

INSTANTIATE_TEST_SUITE_P(
    Cells, LanguageModelTest,
    testing::Values(ModelCase{ModelSpec::LSTM, 0}, ModelCase{ModelSpec::LSTM, 0.5f},
                    ModelCase{ModelSpec::TANH, 0.3f}, ModelCase{ModelSpec::GRU, 0},
                    ModelCase{ModelSpec::LINEAR_BEFORE_RESET_GRU, 0.2f}),
    [](const auto& info) {
      return ModelSpec::Cell_Name(info.param.cell) + (info.param.dropout > 0 ? "Dropout" : "");
    });

TEST(LanguageModelStepTest, PredictFollowsEvaluate) {
  LanguageModel model(Spec(ModelSpec::LSTM, 0.5f), kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  model.UseValues(values.data());
  Batch batch = RandomBatch(5, 2, 4);
  batch.targets[3] = 1;
  Workspace workspace;
  std::vector<float> carry(model.carry_size(2), 0), step_carry = carry;
  std::vector<double> losses(10);
  model.Evaluate(batch, carry.data(), losses, &workspace);
  std::vector<float> logits(2 * kPredicted);
  for (int t = 0; t < 5; ++t) {
    model.Predict(std::span(batch.inputs).subspan(t * 2, 2), step_carry.data(),
                  {logits.data(), 2, kPredicted}, &workspace);
    for (int b = 0; b < 2; ++b) {
      double sum = 0;
      for (int v = 0; v < kPredicted; ++v) sum += std::exp(double{logits[b * kPredicted + v]});
      EXPECT_NEAR(std::log(sum) - logits[b * kPredicted + batch.targets[t * 2 + b]],
                  losses[t * 2 + b], 1e-5);
    }
  }
  for (size_t i = 0; i < carry.size(); ++i) EXPECT_NEAR(carry[i], step_carry[i], 1e-5);
}

TEST(ModelFactoryTest, NamesTheFieldThatMakesNoSense) {
  VocabularySpec vocabulary;
  vocabulary.set_size(kVocabulary);
  vocabulary.set_predicted_size(kPredicted);
  EXPECT_TRUE(CreateLanguageModel(Spec(ModelSpec::LSTM, 0), vocabulary).ok());
  const auto message = [&](const ModelSpec& spec) {
    return std::string(CreateLanguageModel(spec, vocabulary).status().message());
  };
  ModelSpec spec = Spec(ModelSpec::LSTM, 1.0f);
  EXPECT_NE(message(spec).find("model.dropout"), std::string::npos);
  spec = Spec(ModelSpec::LSTM, 0);
  spec.set_layers(0);
  EXPECT_NE(message(spec).find("model.layers"), std::string::npos);
  spec.set_layers(1);
  spec.set_hidden_size(-3);
  EXPECT_NE(message(spec).find("model.hidden_size"), std::string::npos);
  EXPECT_EQ(CreateModel(TASK_UNSPECIFIED, Spec(ModelSpec::LSTM, 0), vocabulary).status().code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace elman
