// Tests of models of whole sequences with different lengths: taggers and classifiers.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "tests/support/gradient_check.h"
#include "tests/trainer/network/models/made_features.h"
#include "trainer/network/models/classifier.h"
#include "trainer/network/models/tagger.h"

namespace elman {
namespace {

constexpr int kVocabulary = 13, kLabels = 4;

ModelSpec Spec(const std::string& text) {
  ModelSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "layers: 2 hidden_size: 5 embedding_size: 3 initializer { range: 0.6 } " + text, &spec));
  return spec;
}

// Number of labels of the model.
int LabelsOf(const std::string& spec) {
  return spec.find("BINARY") == std::string::npos ? kLabels : 2;
}

// One sentence per row, with the given lengths, padded with `padding`. There is a tag for every
// position except a few, or a label for each sentence.
Batch RandomSentences(const std::vector<int32_t>& lengths, bool tagged, int labels, uint32_t seed,
                      int32_t padding = 0) {
  std::mt19937 engine(seed);
  Batch batch;
  batch.rows = static_cast<int>(lengths.size());
  batch.steps = *std::ranges::max_element(lengths);
  batch.lengths = lengths;
  batch.inputs.assign(batch.steps * batch.rows, padding);
  batch.targets.assign(tagged ? batch.inputs.size() : lengths.size(), kNoTarget);
  for (int row = 0; row < batch.rows; ++row) {
    for (int step = 0; step < lengths[row]; ++step) {
      batch.inputs[step * batch.rows + row] = static_cast<int32_t>(engine() % kVocabulary);
      if (tagged && (step == 0 || engine() % 4 != 0))
        batch.targets[step * batch.rows + row] = static_cast<int32_t>(engine() % labels);
    }
    if (!tagged) batch.targets[row] = static_cast<int32_t>(engine() % labels);
  }
  batch.target_count =
      static_cast<int64_t>(batch.targets.size()) - std::ranges::count(batch.targets, kNoTarget);
  return batch;
}

// Returns the batch with its sentences in another order: row i is row order[i] of `batch`.
Batch Reordered(const Batch& batch, const std::vector<int>& order) {
  Batch result = batch;
  const bool tagged = batch.targets.size() == batch.inputs.size();
  for (int row = 0; row < batch.rows; ++row) {
    result.lengths[row] = batch.lengths[order[row]];
    for (int step = 0; step < batch.steps; ++step) {
      const int to = step * batch.rows + row, from = step * batch.rows + order[row];
      result.inputs[to] = batch.inputs[from];
      if (tagged) result.targets[to] = batch.targets[from];
    }
    if (!tagged) result.targets[row] = batch.targets[order[row]];
  }
  return result;
}

struct ModelCase {
  const char* name;
  bool tagger;
  const char* spec;
};

void PrintTo(const ModelCase& model_case, std::ostream* out) { *out << model_case.name; }

class SequenceModelTest : public testing::TestWithParam<ModelCase> {
 protected:
  SequenceModelTest() {
    const ModelSpec spec = Spec(GetParam().spec);
    if (GetParam().tagger) model_ = std::make_unique<Tagger>(spec, kVocabulary, labels_);
    if (!GetParam().tagger) model_ = std::make_unique<Classifier>(spec, kVocabulary, labels_);
    // With this seed, no two candidates for a maximum are nearly equal.
    values_ = RandomFloats(model_->parameters().size(), 9, 0.9f);
    batch_ = RandomSentences({3, 6, 1, 4}, GetParam().tagger, labels_, 8);
  }

  LossSums Train(const Batch& batch, std::vector<float>* gradients) {
    gradients->assign(values_.size(), 0);
    model_->UseValues(values_.data());
    workspace_.Reset();
    return model_->Train(WithFeatures(Spec(GetParam().spec), batch),
                         {.seed = 5, .step = 3, .first_row = 2}, nullptr, gradients->data(),
                         &workspace_);
  }

  std::vector<double> Losses(const Batch& batch) {
    std::vector<double> losses(batch.targets.size());
    model_->UseValues(values_.data());
    workspace_.Reset();
    model_->Evaluate(WithFeatures(Spec(GetParam().spec), batch), nullptr, losses, &workspace_);
    return losses;
  }

  bool HasDropout() const {
    return std::string(GetParam().spec).find("dropout") != std::string::npos;
  }

  const int labels_ = LabelsOf(GetParam().spec);
  std::unique_ptr<Model> model_;
  std::vector<float> values_;
  Batch batch_;
  Workspace workspace_;
};

TEST_P(SequenceModelTest, GradientsMatchDifferences) {
  std::vector<float> gradients, ignored;
  const LossSums sums = Train(batch_, &gradients);
  EXPECT_EQ(sums.targets, batch_.target_count);
  EXPECT_EQ(sums.positions, 3 + 6 + 1 + 4);
  EXPECT_EQ(sums.tokens, sums.positions) << "those of the texts, not their labels";
  for (const Parameter& parameter : model_->parameters().parameters()) {
    const auto part = [&](std::vector<float>& array) {
      return std::span(array).subspan(parameter.offset, parameter.size());
    };
    ExpectGradient([&] { return Train(batch_, &ignored).loss; }, part(values_), part(gradients),
                   parameter.name.c_str());
  }
}

TEST_P(SequenceModelTest, EvaluationMatchesTrainingWithoutDropout) {
  if (HasDropout()) return;
  std::vector<float> gradients;
  const std::vector<double> losses = Losses(batch_);
  double sum = 0;
  for (size_t i = 0; i < losses.size(); ++i) {
    sum += losses[i];
    if (batch_.targets[i] == kNoTarget) {
      EXPECT_EQ(losses[i], 0) << i;
    }
  }
  EXPECT_NEAR(sum, Train(batch_, &gradients).loss, 1e-4);
}

// The order of the sentences, the padding ids and the amount of padding change results only by
// rounding.
TEST_P(SequenceModelTest, PaddingAndOrderDoNotMatter) {
  std::vector<float> gradients, others;
  const Batch reordered = Reordered(batch_, {2, 3, 1, 0});
  const std::vector<double> losses = Losses(batch_), moved = Losses(reordered);
  for (int row = 0; row < 4; ++row) {
    const auto sum = [&](const std::vector<double>& all, int of) {
      double total = 0;
      for (size_t i = of; i < all.size(); i += 4) total += all[i];
      return total;
    };
    const int from = std::vector<int>{2, 3, 1, 0}[row];
    EXPECT_NEAR(sum(moved, row), sum(losses, from), 1e-5) << row;
  }
  if (HasDropout()) return;  // masks depend on the positions of sentences
  const LossSums sums = Train(batch_, &gradients);
  EXPECT_NEAR(Train(reordered, &others).loss, sums.loss, 1e-5);
  for (size_t i = 0; i < gradients.size(); ++i) ASSERT_NEAR(others[i], gradients[i], 1e-5) << i;

  Batch padded = RandomSentences({3, 6, 1, 4}, GetParam().tagger, labels_, 8,
                                 /*padding=*/kVocabulary + 99);
  EXPECT_EQ(Train(padded, &others).loss, sums.loss);
  EXPECT_EQ(others, gradients);
}

TEST_P(SequenceModelTest, UnseenTargetsHaveNoLoss) {
  Batch unseen = batch_, none = batch_;
  unseen.targets[1] = labels_;
  none.targets[1] = kNoTarget;
  std::vector<float> gradients, others;
  EXPECT_EQ(Train(unseen, &gradients).loss, Train(none, &others).loss);
  EXPECT_EQ(gradients, others);
  EXPECT_EQ(Losses(unseen), Losses(none));
}

TEST_P(SequenceModelTest, TouchesAllChangedBlocks) {
  BlockSet touched = model_->parameters().DenseBlocks();
  model_->Touch(batch_, &touched);
  std::vector<float> gradients;
  Train(batch_, &gradients);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i] != 0) {
      EXPECT_EQ(touched.Count(i, i + 1), 1) << i;
    }
  }
}

const ModelCase kCases[] = {
    {"Tagger", true, ""},
    {"TaggerBothWays", true, "bidirectional: true cell: GRU"},
    {"TaggerDropout", true, "bidirectional: true dropout: 0.4 weight_dropout: 0.3"},
    {"TaggerLearnedState", true,
     "initial_state { kind: LEARNED } variational_dropout: true dropout: 0.2"},
    {"TaggerBinary", true, "tagging { output: BINARY } bidirectional: true"},
    {"TaggerCrf", true, "tagging { output: CRF }"},
    {"TaggerCrfBothWays", true, "tagging { output: CRF } bidirectional: true output_dropout: 0.3"},
    {"TaggerOneHotBothWays", true, "input: ONE_HOT bidirectional: true cell: GRU residual: true"},
    {"TaggerFeatures", true, "features { use: BESIDE size: 4 } bidirectional: true"},
    {"TaggerFeaturesProjected", true,
     "features { use: BESIDE size: 4 projected_size: 2 dropout: 0.3 } input_dropout: 0.2"},
    {"TaggerFeaturesAlone", true, "features { use: ALONE size: 4 projected_size: 7 } cell: GRU"},
    {"Classifier", false, ""},
    {"ClassifierLastBothWays", false, "bidirectional: true"},
    {"ClassifierFeatures", false, "features { use: ALONE size: 4 } bidirectional: true"},
    {"ClassifierMean", false, "classification { pooling: MEAN } cell: TANH"},
    {"ClassifierMax", false, "classification { pooling: MAX } bidirectional: true"},
    {"ClassifierAttention", false, "classification { pooling: ATTENTION } bidirectional: true"},
    {"ClassifierDropout", false,
     "classification { pooling: ATTENTION } dropout: 0.4 embedding_dropout: 0.2"},
    {"ClassifierOrdinal", false, "classification { output: ORDINAL pooling: MEAN }"},
};

INSTANTIATE_TEST_SUITE_P(Models, SequenceModelTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

// Trained on one batch until it has memorized it, a tagger predicts its tags, and a classifier its
// labels with certainty.
template <typename M, typename Check>
void Memorize(const char* spec, bool tagged, const Check& check) {
  M model(Spec(spec), kVocabulary, LabelsOf(spec));
  std::vector<float> values = RandomFloats(model.parameters().size(), 3);
  const Batch batch = RandomSentences({3, 6, 1, 4}, tagged, LabelsOf(spec), 8);
  Workspace workspace;
  for (int step = 0; step < 400; ++step) {
    std::vector<float> gradients(values.size());
    model.UseValues(values.data());
    workspace.Reset();
    model.Train(batch, {.seed = 1, .step = step}, nullptr, gradients.data(), &workspace);
    for (size_t i = 0; i < values.size(); ++i) values[i] -= 0.1f * gradients[i];
  }
  model.UseValues(values.data());
  check(&model, batch, &workspace);
}

TEST(TaggerTest, PredictsMemorizedLabels) {
  for (const char* spec : {"bidirectional: true", "bidirectional: true tagging { output: CRF }",
                           "bidirectional: true tagging { output: BINARY }"}) {
    Memorize<Tagger>(spec, true, [](Tagger* model, const Batch& batch, Workspace* workspace) {
      std::vector<int32_t> tags(batch.targets.size(), 77);
      std::vector<float> probabilities(tags.size(), 77);
      model->Predict(batch, tags, probabilities, workspace);
      EXPECT_EQ(tags, batch.targets);
      for (size_t i = 0; i < tags.size(); ++i) {
        if (tags[i] == kNoTarget) {
          EXPECT_THAT(probabilities[i], testing::IsNan());
        } else {
          EXPECT_GT(probabilities[i], 0.5);  // of a CRF: the marginal probability
          EXPECT_LE(probabilities[i], 1);
        }
      }
      // Predict must not depend on the values of the targets.
      Batch unknown = batch;
      for (int32_t& target : unknown.targets)
        target = target == kNoTarget ? kNoTarget : kLabels + 5;
      model->Predict(unknown, tags, {}, workspace);
      EXPECT_EQ(tags, batch.targets);
    });
  }
}

TEST(ClassifierTest, PredictsMemorizedLabels) {
  for (const char* spec : {"bidirectional: true", "classification { output: ORDINAL }"}) {
    Memorize<Classifier>(spec, false,
                         [](Classifier* model, const Batch& batch, Workspace* workspace) {
                           const Matrix p = workspace->Take(batch.rows, kLabels);
                           std::vector<int32_t> labels(batch.rows);
                           std::vector<float> probabilities(batch.rows);
                           model->Predict(batch, labels, probabilities, workspace);
                           EXPECT_EQ(labels, batch.targets);
                           model->Probabilities(batch, p, workspace);
                           for (int row = 0; row < batch.rows; ++row)
                             EXPECT_EQ(probabilities[row], p.row(row)[labels[row]]);
                           for (int row = 0; row < batch.rows; ++row) {
                             double sum = 0;
                             for (int label = 0; label < kLabels; ++label) sum += p.row(row)[label];
                             EXPECT_NEAR(sum, 1, 1e-5);
                             EXPECT_GT(p.row(row)[batch.targets[row]], 0.8) << row;
                           }
                         });
  }
}

}  // namespace
}  // namespace elman
