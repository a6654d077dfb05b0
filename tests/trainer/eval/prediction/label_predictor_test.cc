#include "trainer/eval/prediction/label_predictor.h"

#include "absl/strings/str_cat.h"
#include "data/format/json_writer.h"
#include "tests/trainer/eval/prediction/made_trained_model.h"
#include "trainer/eval/prediction/predictor_factory.h"
#include "trainer/network/models/classifier.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A text of these ids, with as many targets as a model of the task has.
Batch BatchOf(const std::vector<int32_t>& ids, size_t targets) {
  Batch batch;
  batch.steps = static_cast<int>(ids.size());
  batch.rows = 1;
  batch.lengths = {batch.steps};
  batch.inputs = ids;
  batch.targets.assign(targets, 0);
  return batch;
}

std::vector<std::string> Predicted(TrainedModel* trained, const std::vector<std::string>& lines,
                                   bool json = false) {
  PredictionSpec spec;
  spec.json = json;
  const auto predictor = CreatePredictor(trained, spec);
  EXPECT_THAT(predictor, IsOk());
  std::vector<PredictionInput> inputs;
  for (const std::string& line : lines) inputs.push_back({.line = line});
  return *(*predictor)->Predict(inputs, 0);
}

TEST(TagPredictorTest, EveryWordGetsATag) {
  const auto trained = MadeTrainedModel(TAGGING);
  Workspace workspace;
  std::vector<int32_t> tags(3);
  trained->model->AsLabeler()->Predict(BatchOf({4, 2, 8}, 3), tags, {}, &workspace);
  std::string expected;
  for (int i = 0; i < 3; ++i)
    absl::StrAppend(&expected, i == 0 ? "w4" : i == 1 ? "w2" : "w8", "\tL", tags[i], "\n");
  // A line without words has no tags. Lines in the same group do not affect each other.
  EXPECT_THAT(Predicted(trained.get(), {"w4  w2 w8", "", "w3"}),
              ElementsAre(expected + "\n", "\n", Predicted(trained.get(), {"w3"})[0]));
}

TEST(TagPredictorTest, AcceptsSeparateWords) {
  const auto trained = MadeTrainedModel(TAGGING);
  const auto predictor = *CreatePredictor(trained.get(), {});
  const PredictionInput input{.line = "", .words = {"w4", "w2"}};
  EXPECT_EQ((*predictor->Predict({&input, 1}, 0))[0], Predicted(trained.get(), {"w4 w2"})[0]);
}

// With a CRF, they are marginal probabilities. Sentences of a group do not affect each other.
TEST(TagPredictorTest, JsonHasAProbabilityPerTag) {
  for (const char* spec : {"", "tagging { output: CRF }"}) {
    const auto trained = MadeTrainedModel(TAGGING, spec);
    const auto json = Predicted(trained.get(), {"w2 zebra", "", "w4"}, true);
    EXPECT_THAT(
        json[0],
        testing::AllOf(HasSubstr("\"words\": [\"w2\", \"zebra\"], \"tags\": [\"L"),
                       testing::ContainsRegex("\"probabilities\": \\[0\\.[0-9]+, 0\\.[0-9]+\\]")))
        << spec;
    EXPECT_THAT(json[1], HasSubstr("\"probabilities\": []"));
    EXPECT_EQ(json[2], Predicted(trained.get(), {"w4"}, true)[0]);
    // No tag of a single word is more probable than the predicted one.
    const size_t at = json[2].find("[0.", json[2].find("probabilities"));
    ASSERT_NE(at, json[2].npos);
    EXPECT_GE(std::stod(json[2].substr(at + 1)), 1.0 / kMadeLabels);
  }
}

TEST(ClassPredictorTest, PredictsTheMostProbableLabel) {
  const auto trained = MadeTrainedModel(CLASSIFICATION);
  Workspace workspace;
  std::vector<float> probabilities(kMadeLabels);
  trained->model->AsClassifier()->Probabilities(
      BatchOf({5, 3}, 1), {probabilities.data(), 1, int64_t{kMadeLabels}}, &workspace);
  const auto best = std::ranges::max_element(probabilities) - probabilities.begin();
  EXPECT_THAT(Predicted(trained.get(), {"w5 w3", ""}),
              ElementsAre(absl::StrCat("L", best, "\tw5 w3\n"), "\n"));
  const std::vector<std::string> json = Predicted(trained.get(), {"w5 w3", ""}, true);
  EXPECT_THAT(json[0], HasSubstr(absl::StrCat("\"label\": \"L", best, "\", \"probabilities\": {")));
  EXPECT_THAT(json[0], HasSubstr(absl::StrCat("\"L2\": ",
                                              JsonNumber(static_cast<double>(probabilities[2])))));
  EXPECT_EQ(json[1], "{\"text\": \"\"}\n");
}

TEST(PredictorFactoryTest, RejectsModelsWithoutPredictions) {
  const auto vectors = MadeTrainedModel(EMBEDDING);
  EXPECT_THAT(CreatePredictor(vectors.get(), {}),
              FailsWith(absl::StatusCode::kInvalidArgument, "--neighbors=WORD"));
  const auto baseline = MadeTrainedModel(TAGGING);
  baseline->is_baseline = true;
  EXPECT_THAT(CreatePredictor(baseline.get(), {}),
              FailsWith(absl::StatusCode::kUnimplemented, "made.ckpt"));
  const auto features = MadeTrainedModel(TAGGING, "features { use: BESIDE size: 3 }");
  EXPECT_THAT(CreatePredictor(features.get(), {}),
              FailsWith(absl::StatusCode::kInvalidArgument, "--features=FILE.safetensors"));
}

}  // namespace
}  // namespace elman
