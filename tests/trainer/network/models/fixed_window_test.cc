// Tests of language models with a fixed window, in addition to language_model_test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/gradient_check.h"
#include "tests/trainer/network/models/trained_language_model.h"
#include "trainer/network/factory/model_factory.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Returns the steps [first, first + count) of a batch.
Batch StepsOf(const Batch& batch, int first, int count) {
  Batch part;
  part.steps = count;
  part.rows = batch.rows;
  for (int i = first * batch.rows; i < (first + count) * batch.rows; ++i) {
    part.inputs.push_back(batch.inputs[i]);
    part.targets.push_back(batch.targets[i]);
    part.target_count += part.targets.back() != kNoTarget;
  }
  return part;
}

// Windows reach back into earlier batches. So losses and gradients, including those of carried
// tokens, do not depend on where a text is divided into batches.
TEST(FixedWindowTest, BatchBoundariesDoNotTruncateGradients) {
  constexpr int kRows = 3, kSteps = 7;
  LanguageModel model(Spec("fixed_window { tokens: 4 direct_connections: true }"), kVocabulary,
                      kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  model.UseValues(values.data());
  Batch batch = RandomBatch(kSteps, kRows, 2);
  batch.starts_epoch = true;
  const Trained whole = Train(&model, values, batch, 0);
  for (const int cut : {1, 2, 5}) {
    Trained parts{{}, std::vector<float>(model.parameters().size(), 0)};
    std::vector<float> carry(model.carry_size(kRows), 0.25f);
    for (const int first : {0, cut}) {
      Batch part = StepsOf(batch, first, first == 0 ? cut : kSteps - cut);
      part.starts_epoch = first == 0;
      Workspace workspace;
      parts.sums += model.Train(part, {.seed = 5, .step = 3}, carry.data(), parts.gradients.data(),
                                &workspace);
    }
    EXPECT_NEAR(parts.sums.loss, whole.sums.loss, 1e-5) << cut;
    for (size_t i = 0; i < whole.gradients.size(); ++i)
      ASSERT_NEAR(parts.gradients[i], whole.gradients[i], 1e-5) << cut << ", " << i;
  }
}

TEST(FixedWindowTest, TouchesTheRowsOfCarriedTokens) {
  LanguageModel model(Spec("fixed_window { tokens: 3 } embedding_size: 256"), kVocabulary,
                      kPredicted);
  static_assert(kBlock <= 256);
  const std::vector<float> values(model.parameters().size(), 0.1f);
  model.UseValues(values.data());
  Batch batch;
  batch.steps = batch.rows = 1;
  batch.inputs = {7};
  batch.targets = {0};
  batch.target_count = 1;
  std::vector<float> carry = {-1, 2}, gradients(model.parameters().size());
  ASSERT_EQ(model.carry_size(1), 2);
  Workspace workspace;
  model.Train(batch, {}, carry.data(), gradients.data(), &workspace);
  EXPECT_EQ(carry, (std::vector<float>{2, 7}));
  BlockSet touched(model.parameters().size());
  model.Touch(batch, &touched);
  const Parameter& table = model.parameters().parameters()[0];
  for (int64_t id = 0; id < kVocabulary; ++id) {
    const int64_t begin = table.offset + id * table.cols;
    EXPECT_EQ(touched.Count(begin, begin + table.cols), id == 2 || id == 7 ? table.cols : 0) << id;
  }
}

// The network of Bengio et al. (2003), computed directly: y = b + h U + x W, h = tanh(x H + d),
// where x is the vectors of the last tokens, the oldest first, and zeros before the start.
TEST(FixedWindowTest, MatchesTheNetworkOfBengio) {
  LanguageModel model(
      Spec("fixed_window { tokens: 3 direct_connections: true } layers: 1 hidden_size: 2 "
           "embedding_size: 2"),
      kVocabulary, kPredicted);
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.7f);
  std::vector<ConstMatrix> given;
  std::vector<std::string> names;
  for (const Parameter& parameter : model.parameters().parameters()) {
    given.push_back(parameter.In(values.data()));
    names.push_back(parameter.name);
  }
  ASSERT_EQ(names, (std::vector<std::string>{"embedding", "layer0.weights", "layer0.bias",
                                             "output.weights", "output.bias"}));
  model.UseValues(values.data());
  Workspace workspace;
  std::vector<float> carry(model.carry_size(1));
  model.Begin(1, carry.data());
  std::vector<float> x(6, 0), logits(kPredicted);
  for (const int32_t token : {4, 0, 12, 4, 7}) {
    std::rotate(x.begin(), x.begin() + 2, x.end());
    std::copy_n(given[0].row(token), 2, x.end() - 2);
    std::vector<float> read;  // [h x]
    for (int j = 0; j < 2; ++j) {
      float sum = given[2].data[j];
      for (int k = 0; k < 6; ++k) sum += x[k] * given[1].row(k)[j];
      read.push_back(std::tanh(sum));
    }
    read.insert(read.end(), x.begin(), x.end());
    model.Logits(model.Read({&token, 1}, carry.data(), &workspace), {logits.data(), 1, kPredicted});
    for (int v = 0; v < kPredicted; ++v) {
      float sum = given[4].data[v];
      for (int k = 0; k < 8; ++k) sum += read[k] * given[3].row(k)[v];
      EXPECT_NEAR(logits[v], sum, 1e-5) << token << ", " << v;
    }
  }
}

TEST(FixedWindowTest, RejectsOptionsOfRecurrentLayers) {
  VocabularySpec vocabulary;
  vocabulary.set_size(kVocabulary);
  vocabulary.set_predicted_size(kPredicted);
  const auto message = [&](const std::string& spec, Task task = LANGUAGE_MODEL) {
    const size_t fields = task == LANGUAGE_MODEL ? 1 : 2;
    const auto model =
        CreateModel(task, Spec(spec), std::vector<VocabularySpec>(fields, vocabulary));
    return std::string(model.status().message());
  };
  const std::string window = "fixed_window { tokens: 3 } ";
  for (const auto& [given, field] : std::vector<std::pair<std::string, std::string>>{
           {"cell: GRU", "cell"},
           {"bidirectional: true", "bidirectional"},
           {"residual: true", "residual"},
           {"input: ONE_HOT", "input"},
           {"weight_dropout: 0.1", "weight_dropout"},
           {"temporal_activation_regularization: 1", "temporal_activation_regularization"},
           {"initializer { orthogonal_hidden: true }", "initializer.orthogonal_hidden"},
           {"initial_state { kind: LEARNED }", "initial_state.kind"},
       }) {
    EXPECT_THAT(message(window + given),
                StartsWith("model." + field +
                           " is for recurrent layers, and model.fixed_window.tokens is 3; leave"));
  }
  EXPECT_THAT(message(window + "initializer { forget_bias: 1 }"),
              "");  // only for LSTMs
  EXPECT_THAT(message("fixed_window { tokens: -1 }"), HasSubstr("fixed_window.tokens is -1"));
  EXPECT_THAT(message("fixed_window { direct_connections: true }"),
              HasSubstr("there is no window"));
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION})
    EXPECT_THAT(message(window, task), HasSubstr("a fixed window is for language models"));
  vocabulary.set_size((1 << 24) + 1);
  EXPECT_THAT(message(window), HasSubstr("the vocabulary has 16777217 pieces"));
}

}  // namespace
}  // namespace elman
