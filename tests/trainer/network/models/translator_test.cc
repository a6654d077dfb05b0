#include "trainer/network/models/translator.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>

#include "tests/support/gradient_check.h"
#include "tests/trainer/network/models/made_features.h"
#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

constexpr int kSource = 13, kTarget = 9, kStart = kTarget - 2, kPredicted = kTarget - 2;

ModelSpec Spec(const std::string& text) {
  ModelSpec spec;
  for (const std::string& part :
       {std::string("layers: 2 hidden_size: 5 embedding_size: 3 initializer { range: 0.6 }"), text})
    EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(part, &spec)) << part;
  return spec;
}

using Sentence = std::vector<int32_t>;
struct Pair {
  Sentence source, target;
};

std::vector<Pair> RandomPairs(const std::vector<std::pair<int, int>>& lengths, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<Pair> pairs;
  for (const auto& [source, target] : lengths) {
    Pair& pair = pairs.emplace_back();
    for (int i = 0; i < source; ++i)
      pair.source.push_back(static_cast<int32_t>(engine() % kPredicted));
    for (int i = 0; i < target; ++i)
      pair.target.push_back(static_cast<int32_t>(engine() % kPredicted));
  }
  return pairs;
}

Batch BatchOf(const std::vector<Pair>& pairs, int32_t padding = 0, int beyond = 0) {
  Batch batch;
  batch.rows = static_cast<int>(pairs.size());
  for (const Pair& pair : pairs) {
    batch.lengths.push_back(static_cast<int32_t>(pair.source.size()));
    batch.decoder.lengths.push_back(static_cast<int32_t>(pair.target.size()));
    batch.target_count += batch.decoder.lengths.back();
  }
  batch.steps = *std::ranges::max_element(batch.lengths) + beyond;
  batch.decoder.steps = *std::ranges::max_element(batch.decoder.lengths) + beyond;
  batch.inputs.assign(batch.steps * batch.rows, padding);
  batch.decoder.ids.assign(batch.decoder.steps * batch.rows, padding);
  batch.targets.assign(batch.decoder.ids.size(), kNoTarget);
  for (int row = 0; row < batch.rows; ++row) {
    for (int t = 0; t < batch.lengths[row]; ++t)
      batch.inputs[t * batch.rows + row] = pairs[row].source[t];
    for (int t = 0; t < batch.decoder.lengths[row]; ++t) {
      batch.targets[t * batch.rows + row] = pairs[row].target[t];
      batch.decoder.ids[t * batch.rows + row] = t == 0 ? kStart : pairs[row].target[t - 1];
    }
  }
  return batch;
}

struct TranslatorCase {
  const char* name;
  const char* spec;
};

void PrintTo(const TranslatorCase& c, std::ostream* out) { *out << c.name; }

class TranslatorTest : public testing::TestWithParam<TranslatorCase> {
 protected:
  TranslatorTest()
      : shared_(Has("shared_embeddings")),
        model_(MakeModel(Spec(GetParam().spec))),
        // Large values, so that all parameters matter. For the two products per step of Jordan
        // networks they would amplify rounding errors.
        values_(RandomFloats(model_->parameters().size(), 9, Has("JORDAN") ? 0.9f : 1.8f)),
        pairs_(RandomPairs({{3, 4}, {6, 2}, {1, 5}, {4, 1}}, 8)) {}

  bool Has(const char* what) const {
    return std::string(GetParam().spec).find(what) != std::string::npos;
  }

  std::unique_ptr<Translator> MakeModel(const ModelSpec& spec) const {
    return std::make_unique<Translator>(spec, shared_ ? kTarget : kSource, kTarget, kPredicted);
  }

  LossSums Train(Translator* model, const Batch& batch, std::vector<float>* gradients) {
    gradients->assign(values_.size(), 0);
    model->UseValues(values_.data());
    workspace_.Reset();
    return model->Train(WithFeatures(Spec(GetParam().spec), batch),
                        {.seed = 5, .step = 3, .first_row = 2}, nullptr, gradients->data(),
                        &workspace_);
  }
  LossSums Train(const Batch& batch, std::vector<float>* gradients) {
    return Train(model_.get(), batch, gradients);
  }

  std::vector<double> Losses(const Batch& batch) {
    std::vector<double> losses(batch.targets.size(), 99);
    model_->UseValues(values_.data());
    workspace_.Reset();
    model_->Evaluate(WithFeatures(Spec(GetParam().spec), batch), nullptr, losses, &workspace_);
    return losses;
  }

  const bool shared_;
  std::unique_ptr<Translator> model_;
  std::vector<float> values_;
  const std::vector<Pair> pairs_;
  Workspace workspace_;
};

TEST_P(TranslatorTest, GradientsMatchDifferences) {
  const Batch batch = BatchOf(pairs_);
  std::vector<float> gradients, ignored;
  const LossSums sums = Train(batch, &gradients);
  EXPECT_EQ(sums.targets, 4 + 2 + 5 + 1);
  EXPECT_EQ(sums.positions, 3 + 6 + 1 + 4 + 12);
  for (const Parameter& parameter : model_->parameters().parameters()) {
    const auto part = [&](std::vector<float>& array) {
      return std::span(array).subspan(parameter.offset, parameter.size());
    };
    ExpectGradient([&] { return Train(batch, &ignored).loss; }, part(values_), part(gradients),
                   parameter.name.c_str(), /*samples=*/60, /*noise=*/4e-4);
  }
}

// The gradient is linear in the target distribution.
TEST_P(TranslatorTest, GradientIsLinearInSmoothedTargets) {
  constexpr float kSmoothing = 0.3f;
  const Batch batch = BatchOf(pairs_);
  std::vector<float> gradients, expected, part;
  const double loss = Train(batch, &expected).loss;
  for (float& g : expected) g *= 1 - kSmoothing;
  for (int32_t word = 0; word < kPredicted; ++word) {
    Batch other = batch;
    for (int32_t& target : other.targets) target = target == kNoTarget ? kNoTarget : word;
    Train(other, &part);
    for (size_t i = 0; i < part.size(); ++i) expected[i] += kSmoothing / kPredicted * part[i];
  }
  ModelSpec spec = Spec(GetParam().spec);
  spec.mutable_translation()->set_label_smoothing(kSmoothing);
  const auto smoothing = MakeModel(spec);
  EXPECT_EQ(Train(smoothing.get(), batch, &gradients).loss, loss);
  for (size_t i = 0; i < gradients.size(); ++i) ASSERT_NEAR(gradients[i], expected[i], 2e-5) << i;
}

TEST_P(TranslatorTest, EvaluationMatchesTrainingWithoutDropout) {
  if (Has("dropout")) return;
  const Batch batch = BatchOf(pairs_);
  std::vector<float> gradients;
  double sum = 0;
  const std::vector<double> losses = Losses(batch);
  for (size_t i = 0; i < losses.size(); ++i) {
    sum += losses[i];
    EXPECT_EQ(losses[i] == 0, batch.targets[i] == kNoTarget) << i;
  }
  EXPECT_NEAR(sum, Train(batch, &gradients).loss, 1e-4);
}

// The result for a pair depends neither on the other pairs of the batch nor on the padding.
TEST_P(TranslatorTest, PairsAreIndependentOfTheBatch) {
  const std::vector<double> losses = Losses(BatchOf(pairs_));
  std::vector<float> gradients, sum(values_.size(), 0), alone;
  for (size_t row = 0; row < pairs_.size(); ++row) {
    const std::vector<double> own = Losses(BatchOf({pairs_[row]}));
    for (size_t t = 0; t < own.size(); ++t)
      EXPECT_NEAR(own[t], losses[t * pairs_.size() + row], 1e-5) << row << " " << t;
    Train(BatchOf({pairs_[row]}), &alone);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += alone[i];
  }
  const double loss = Train(BatchOf(pairs_), &gradients).loss;
  if (!Has("dropout")) {  // masks depend on the positions of pairs
    for (size_t i = 0; i < sum.size(); ++i)
      ASSERT_NEAR(gradients[i], sum[i], 2e-5 + 1e-4 * std::abs(sum[i])) << i;
  }
  EXPECT_EQ(Train(BatchOf(pairs_, /*padding=*/kSource + 99, /*beyond=*/2), &alone).loss, loss);
  EXPECT_EQ(alone, gradients);
}

TEST_P(TranslatorTest, TouchesAllChangedBlocks) {
  const Batch batch = BatchOf(pairs_);
  BlockSet touched = model_->parameters().DenseBlocks();
  model_->Touch(batch, &touched);
  std::vector<float> gradients;
  Train(batch, &gradients);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i] != 0) {
      EXPECT_EQ(touched.Count(i, i + 1), 1) << i;
    }
  }
}

// Step by step, with several hypotheses per source in parallel, the translator gives each word the
// same probability as in the evaluation of the whole target.
TEST_P(TranslatorTest, PredictingWordByWordMatchesEvaluate) {
  const Batch batch = BatchOf(pairs_);
  const std::vector<double> losses = Losses(batch);
  const std::vector<int64_t> begins = {0, 2, 3, 3, 5};  // the third source has no hypothesis
  const std::vector<int> source_of = {0, 0, 1, 3, 3};
  workspace_.Reset();
  const Translator::Sources sources =
      model_->Read(WithFeatures(Spec(GetParam().spec), batch), &workspace_);
  const int64_t size = model_->decoder_size();
  std::vector<float> state;
  for (int number = 0; number < model_->decoder_states(); ++number) {
    for (const int source : source_of) {
      const float* from = sources.state + (number * batch.rows + source) * size;
      state.insert(state.end(), from, from + size);
    }
  }
  std::vector<int32_t> tokens(5, kStart);
  for (int t = 0; t < batch.decoder.steps; ++t) {
    const Matrix logits = workspace_.Take(5, kPredicted);
    const float* weights = nullptr;
    model_->Predict(sources, tokens, begins, state.data(), logits, &weights, &workspace_);
    for (int row = 0; row < 5; ++row) {
      const int source = source_of[row];
      const float* row_weights = weights;
      if (weights) {
        double sum = 0;
        for (int s = 0; s < batch.lengths[source]; ++s) sum += row_weights[s];
        EXPECT_NEAR(sum, 1, 1e-5);
        weights += batch.lengths[source];
      }
      const int at = t * batch.rows + source;
      tokens[row] = std::max(batch.targets[at], 0);
      if (batch.targets[at] == kNoTarget) continue;
      const double loss =
          LogSumExp(logits.row(row), kPredicted) - logits.row(row)[batch.targets[at]];
      EXPECT_NEAR(loss, losses[at], 1e-5) << row << " " << t;
    }
    EXPECT_EQ(weights == nullptr, Has("attention: NONE"));
  }
}

const TranslatorCase kCases[] = {
    {"General", ""},
    {"GeneralBothWays", "bidirectional: true cell: GRU"},
    {"Dot", "translation { attention: DOT }"},
    {"DotBothWays", "bidirectional: true translation { attention: DOT decoder_hidden_size: 10 }"},
    {"Concat", "translation { attention: CONCAT }"},
    {"ConcatBothWays",
     "bidirectional: true cell: TANH translation { attention: CONCAT decoder_hidden_size: 4 }"},
    {"None", "translation { attention: NONE }"},
    {"NoneBothWays", "bidirectional: true translation { attention: NONE }"},
    {"DeeperDecoder", "bidirectional: true translation { decoder_layers: 3 }"},
    {"ShallowerDecoder", "layers: 3 translation { decoder_layers: 1 decoder_hidden_size: 7 }"},
    {"Tied", "tied_embeddings: true"},
    {"Shared", "bidirectional: true translation { shared_embeddings: true }"},
    {"SharedAndTied", "tied_embeddings: true translation { shared_embeddings: true }"},
    {"Dropout", "bidirectional: true dropout: 0.4 weight_dropout: 0.3 embedding_dropout: 0.2"},
    {"VariationalDropout", "dropout: 0.3 variational_dropout: true residual: true"},
    {"Peepholes", "cell: PEEPHOLE_LSTM translation { decoder_hidden_size: 4 }"},
    {"Jordan", "cell: JORDAN bidirectional: true"},
    {"OneHot", "input: ONE_HOT bidirectional: true translation { decoder_hidden_size: 4 }"},
    {"Features", "features { use: BESIDE size: 4 projected_size: 3 } tied_embeddings: true"},
    {"FeaturesAlone", "features { use: ALONE size: 4 } bidirectional: true tied_embeddings: true"},
    {"LearnedState", "initial_state { kind: LEARNED } translation { attention: CONCAT }"},
};

INSTANTIATE_TEST_SUITE_P(Translators, TranslatorTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

// Trained on a few sentences until it has memorized them, a translator copies each of them.
TEST(TranslatorLearningTest, CopiesMemorizedSentences) {
  for (const char* spec : {"bidirectional: true", "translation { attention: DOT }",
                           "translation { attention: CONCAT }"}) {
    Translator model(Spec(std::string(spec) + " hidden_size: 12 embedding_size: 8"), kTarget,
                     kTarget, kPredicted);
    std::vector<float> values = RandomFloats(model.parameters().size(), 3);
    std::vector<Pair> pairs = RandomPairs({{3, 3}, {6, 6}, {1, 1}, {4, 4}}, 5);
    for (Pair& pair : pairs) pair.target = pair.source;
    const Batch batch = BatchOf(pairs);
    Workspace workspace;
    for (int step = 0; step < 500; ++step) {
      std::vector<float> gradients(values.size());
      model.UseValues(values.data());
      workspace.Reset();
      model.Train(batch, {.seed = 1, .step = step}, nullptr, gradients.data(), &workspace);
      for (size_t i = 0; i < values.size(); ++i) values[i] -= 0.1f * gradients[i];
    }
    model.UseValues(values.data());
    std::vector<double> losses(batch.targets.size());
    workspace.Reset();
    model.Evaluate(batch, nullptr, losses, &workspace);
    for (const double loss : losses) EXPECT_LT(loss, 0.1) << spec;
  }
}

}  // namespace
}  // namespace elman
