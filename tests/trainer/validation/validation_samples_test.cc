#include "trainer/validation/validation_samples.h"

#include <google/protobuf/text_format.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/gradient_check.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/network/models/labeler.h"

namespace elman {
namespace {

using testing::SizeIs;

constexpr uint32_t kWords = 9;
constexpr uint32_t kNoLabel = kWords + 1;

class ValidationSamplesTest : public testing::Test {
 protected:
  // Creates samples of a model with random values, up to `wanted`.
  std::unique_ptr<ValidationSamples> Create(Task task, const FieldExamples& fields, int wanted,
                                            bool raw_text = false, const std::string& model = "") {
    scratch_ = std::make_unique<Scratch>();
    const DatasetManifest manifest = WriteMadeDataset(scratch_->path(), task, {fields}, kWords);
    if (raw_text) AddMadeRawText(scratch_->path(), manifest);
    dataset_ = *Dataset::Open(scratch_->path());
    TrainingConfig config;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "layers: 1 hidden_size: 6 embedding_size: 5 " + model, config.mutable_model()));
    config.mutable_logging()->set_samples(wanted);
    model_ = *CreateModel(task, config.model(), VocabulariesOf(dataset_->manifest().fields()),
                          dataset_->vocabulary().counts());
    values_ = RandomFloats(model_->parameters().size(), 5, 1);
    model_->UseValues(values_.data());
    auto samples = CreateValidationSamples(dataset_, "train", config, model_.get());
    EXPECT_THAT(samples, IsOk());
    return *std::move(samples);
  }

  // Returns what the model predicts for a text with these ids.
  std::vector<int32_t> Predicted(const std::vector<int32_t>& ids, std::vector<int32_t> targets) {
    Batch batch;
    batch.steps = static_cast<int>(ids.size());
    batch.rows = 1;
    batch.lengths = {batch.steps};
    batch.inputs = ids;
    batch.targets = std::move(targets);
    std::vector<int32_t> labels(batch.targets.size());
    Workspace workspace;
    model_->AsLabeler()->Predict(batch, labels, {}, &workspace);
    return labels;
  }

  std::unique_ptr<Scratch> scratch_;
  std::shared_ptr<const Dataset> dataset_;
  std::unique_ptr<Model> model_;
  std::vector<float> values_;
};

// The expected text is shown as in the corpus, not with the words of the vocabulary.
TEST_F(ValidationSamplesTest, ExpectedTextIsRawText) {
  const Examples lines = {{2, 3, 4, 5, 1}, {3, 3, 3, 3, 1}};
  auto translations = Create(TRANSLATION, {lines, lines}, 2, /*raw_text=*/true)->Make(1);
  ASSERT_THAT(translations, SizeIs(2));
  EXPECT_EQ(translations[0].expected, "Text 0.0");
  EXPECT_EQ(translations[1].expected, "Text 0.1");
  const Examples text = {{2, 0, 4, 5, 6, 0, 7, 0, 3, 1}};
  const auto samples = Create(LANGUAGE_MODEL, {text}, 1, /*raw_text=*/true)->Make(1);
  ASSERT_THAT(samples, SizeIs(1));
  EXPECT_EQ(samples[0].input, "w2 Text 0.0 w4 w5 w6");
  EXPECT_EQ(samples[0].expected, " Text 0.1 w7 Text 0.2 w3");
}

// Examples with words that cannot be spelled are the last choice, and do not show <unk>.
TEST_F(ValidationSamplesTest, UnknownWordsAreNotShownAsSuch) {
  const Examples lines = {{2, 0, 4, 1}, {3, 4, 5, 1}}, targets = {{0, 1}, {2, 1}};
  auto translations = Create(TRANSLATION, {lines, targets}, 2)->Make(1);
  ASSERT_THAT(translations, SizeIs(2));
  EXPECT_EQ(translations[0].input, "w3 w4 w5");
  EXPECT_EQ(translations[1].input, "w2 \u2047 w4");
  EXPECT_EQ(translations[1].expected, "\u2047");
  const auto tags = Create(TAGGING, {{{2, 0, 4}}, {{0, 1, 3}}}, 1)->Make(1);
  EXPECT_EQ(tags[0].input, "w2 \u2047 w4");
  EXPECT_EQ(tags[0].expected, "w2/L0 \u2047/L1 w4/L3");
}

TEST_F(ValidationSamplesTest, ContinuesHalfALine) {
  // The first line is short; the last one exceeds the wanted number.
  const auto samples = Create(LANGUAGE_MODEL,
                              {{{2, 3, 1},
                                {2, 3, 4, 5, 6, 7, 8, 1},
                                {8, 8, 7, 7, 6, 6, 5, 5, 1},
                                {2, 2, 2, 2, 2, 2, 2, 1}}},
                              2);
  const std::vector<Sample> made = samples->Make(3);
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_EQ(made[0].input, "w2 w3 w4 w5");
  EXPECT_EQ(made[0].expected, " w6 w7 w8");
  EXPECT_EQ(made[1].input, "w8 w8 w7 w7");
  // Sampling depends on the step.
  EXPECT_EQ(samples->Make(3)[0].output, made[0].output);
  EXPECT_NE(samples->Make(4)[0].output, made[0].output);
}

// The report colors a text by them; the losses are those that a validation computes.
TEST_F(ValidationSamplesTest, SurprisalIsTheLossOfEveryToken) {
  const std::vector<Sample> made =
      Create(LANGUAGE_MODEL,
             {{{2, 3, 4, 5, 6, 7, 8, 1}, {8, 8, 7, 7, 6, 6, 5, 5, 1}, {2, 2, 2, 2, 2, 2, 2, 1}}}, 3)
          ->Make(1);
  ASSERT_THAT(made, SizeIs(3));
  EXPECT_EQ(absl::StrJoin(made[0].tokens, ""), made[0].input + made[0].expected);
  EXPECT_THAT(made[0].tokens, SizeIs(7));
  ASSERT_THAT(made[0].surprisal, SizeIs(7));
  EXPECT_THAT(made[1].tokens, SizeIs(8));
  EXPECT_THAT(made[2].tokens, testing::IsEmpty()) << "only the first samples are drawn";

  Batch batch;
  batch.steps = 7;
  batch.rows = 1;
  batch.inputs = {1, 2, 3, 4, 5, 6, 7};
  batch.targets = {2, 3, 4, 5, 6, 7, 8};
  batch.target_count = 7;
  // The model is that of the last call of Create, with the same values.
  std::vector<float> carry(model_->carry_size(1));
  std::vector<double> losses(7);
  Workspace workspace;
  model_->Begin(1, carry.data());
  model_->Evaluate(batch, carry.data(), losses, &workspace);
  for (size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(made[0].surprisal[i], losses[i] / std::log(2.0), 1e-5) << i;
}

TEST_F(ValidationSamplesTest, DrawsOnlyTheFirstTokensOfLongTexts) {
  std::vector<uint32_t> line(500, 3);
  line.push_back(1);
  const std::vector<Sample> made = Create(LANGUAGE_MODEL, {{line}}, 1)->Make(1);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_THAT(made[0].tokens, SizeIs(120));
  EXPECT_THAT(made[0].surprisal, SizeIs(120));
}

TEST_F(ValidationSamplesTest, AttentionHasWeightsForEveryToken) {
  std::vector<uint32_t> source(60, 4);
  source.push_back(1);
  const std::vector<Sample> made =
      Create(TRANSLATION, {{{2, 3, 4, 1}, source}, {{8, 7, 1}, {8, 7, 1}}}, 2)->Make(1);
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_THAT(made[0].tokens, testing::ElementsAre("w2", "w3", "w4", "</s>"));
  ASSERT_FALSE(made[0].output_tokens.empty());
  ASSERT_EQ(made[0].attention.size(), made[0].output_tokens.size());
  for (const std::vector<float>& weights : made[0].attention) {
    ASSERT_THAT(weights, SizeIs(4));
    EXPECT_NEAR(weights[0] + weights[1] + weights[2] + weights[3], 1, 1e-5);
  }
  EXPECT_THAT(made[1].tokens, SizeIs(30)) << "bounded";
  for (const std::vector<float>& weights : made[1].attention) EXPECT_THAT(weights, SizeIs(30));
  const auto without = Create(TRANSLATION, {{{2, 3, 4, 1}}, {{8, 7, 1}}}, 2, /*raw_text=*/false,
                              "translation { attention: NONE }");
  EXPECT_TRUE(without->Make(1)[0].attention.empty());
}

TEST_F(ValidationSamplesTest, ShowsTagsAndPredictedTags) {
  const auto samples = Create(TAGGING, {{{2, 3, 4}, {5, 6}}, {{0, kNoLabel, 3}, {1, 1}}}, 5);
  const std::vector<Sample> made = samples->Make(1);
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_EQ(made[1].expected, "w5/L1 w6/L1");  // has only two words
  EXPECT_EQ(made[0].input, "w2 w3 w4");
  EXPECT_EQ(made[0].expected, "w2 w3/L0 w4/L3");
  const std::vector<int32_t> tags = Predicted({2, 3, 4}, {0, kNoTarget, 0});
  EXPECT_EQ(made[0].output, absl::StrCat("w2 w3/L", tags[0], " w4/L", tags[2]));
}

TEST_F(ValidationSamplesTest, ShowsLabelAndPredictedLabel) {
  // The split train does not contain the label of the second text.
  const auto samples = Create(CLASSIFICATION, {{{2, 3, 4}, {5, 6, 7, 8}}, {{2}, {kWords}}}, 2);
  const std::vector<Sample> made = samples->Make(1);
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_EQ(made[0].input, "w2 w3 w4");
  EXPECT_EQ(made[0].expected, "L2");
  EXPECT_EQ(made[0].output, absl::StrCat("L", Predicted({2, 3, 4}, {0})[0]));
  EXPECT_EQ(made[1].expected, "<unseen>");
}

TEST_F(ValidationSamplesTest, ShowsReferenceAndTranslation) {
  const auto samples = Create(TRANSLATION, {{{2, 3, 4, 1}}, {{8, 7, 1}}}, 2);
  const std::vector<Sample> made = samples->Make(1);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].input, "w2 w3 w4");
  EXPECT_EQ(made[0].expected, "w8 w7");
  EXPECT_EQ(samples->Make(2)[0].output, made[0].output);  // searched, not sampled
}

// A validation split that has only short texts, or only long or empty ones, is valid.
TEST_F(ValidationSamplesTest, UsesShortTextsIfThereAreNoOthers) {
  const auto classes =
      Create(CLASSIFICATION, {{{2}, {3}, {4, 5, 6}, {7}}, {{2}, {0}, {1}, {3}}}, 3);
  std::vector<Sample> made = classes->Make(1);
  ASSERT_THAT(made, SizeIs(3));
  EXPECT_EQ(made[0].input, "w4 w5 w6");  // the longer one comes first
  EXPECT_EQ(made[1].input, "w2");
  EXPECT_EQ(made[1].output, absl::StrCat("L", Predicted({2}, {0})[0]));
  EXPECT_EQ(made[2].input, "w3");
  made = Create(TAGGING, {{{2}}, {{3}}}, 3)->Make(1);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].expected, "w2/L3");
  made = Create(LANGUAGE_MODEL, {{{1}, {2, 1}}}, 3)->Make(1);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].input, "w2");
  made = Create(TRANSLATION, {{{1}, {2, 1}}, {{3, 1}, {4, 1}}}, 3)->Make(1);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].expected, "w4");
}

TEST_F(ValidationSamplesTest, NoSamplesIsNotAnError) {
  const std::vector<uint32_t> long_text(121, 2), labels(121, 1);
  EXPECT_EQ(Create(TAGGING, {{long_text}, {labels}}, 3), nullptr);
  EXPECT_EQ(Create(CLASSIFICATION, {{long_text}, {{1}}}, 3), nullptr);
  EXPECT_EQ(Create(LANGUAGE_MODEL, {{{1}, {1}}}, 3), nullptr);
  EXPECT_EQ(Create(TRANSLATION, {{{1}}, {{3, 1}}}, 3), nullptr);
}

TEST_F(ValidationSamplesTest, WordVectorsShowTheNearestWords) {
  const auto samples = Create(EMBEDDING, {{{2, 3, 4, 5, 6, 7, 8, 1}}}, 2);
  ASSERT_NE(samples, nullptr);
  const std::vector<Sample> made = samples->Make(1);
  ASSERT_FALSE(made.empty());
  const Parameter& table = model_->parameters().parameters()[0];
  ASSERT_EQ(table.name, "embedding");
  const auto vector = [&](const std::string& word) {
    return table.In(values_.data()).row(std::stoi(word.substr(1)));
  };
  for (const Sample& sample : made) {
    // All other words, the most similar first.
    ASSERT_THAT(sample.neighbors, SizeIs(kWords - 3));
    ASSERT_THAT(sample.similarity, SizeIs(kWords - 3));
    EXPECT_TRUE(std::ranges::is_sorted(sample.similarity, std::ranges::greater()));
    EXPECT_THAT(sample.neighbors, testing::Not(testing::Contains(sample.input)));
    for (size_t i = 0; i < sample.neighbors.size(); ++i) {
      const float* const a = vector(sample.input);
      const float* const b = vector(sample.neighbors[i]);
      double product = 0, squares_a = 0, squares_b = 0;
      for (int64_t e = 0; e < table.cols; ++e) {
        product += double{a[e]} * b[e];
        squares_a += double{a[e]} * a[e];
        squares_b += double{b[e]} * b[e];
      }
      EXPECT_NEAR(sample.similarity[i], product / std::sqrt(squares_a * squares_b), 1e-5);
    }
  }
}

}  // namespace
}  // namespace elman
