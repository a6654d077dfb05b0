#include "trainer/eval/prediction/translation_predictor.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/trainer/eval/prediction/made_trained_model.h"
#include "trainer/eval/prediction/predictor_factory.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> Predicted(TrainedModel* trained, const PredictionSpec& spec,
                                   const std::vector<std::string>& lines, uint64_t first = 0) {
  const auto predictor = CreatePredictor(trained, spec);
  EXPECT_THAT(predictor, IsOk());
  std::vector<PredictionInput> inputs;
  for (const std::string& line : lines) inputs.push_back({.line = line});
  return *(*predictor)->Predict(inputs, first);
}

TEST(TranslationPredictorTest, WritesTheBestTranslationOfEachLine) {
  const auto trained = MadeTrainedModel(TRANSLATION);
  const Vocabulary& target = trained->vocabularies[1];
  TranslationSearch search(trained->model->AsTranslator(), target, {});
  const TokenSequence sources[] = {{.ids = {4, 2, 1}}, {.ids = {7, 1}}};
  const auto expected = search.Run(sources);
  std::vector<std::string> lines;
  for (const auto& translations : expected) {
    std::string& line = lines.emplace_back();
    for (const uint32_t token : translations[0].tokens)
      absl::StrAppend(&line, line.empty() ? "" : " ", target.piece(token));
    line += "\n";
  }
  EXPECT_THAT(Predicted(trained.get(), {}, {"w4 w2", "w7"}), ElementsAre(lines[0], lines[1]));
}

TEST(TranslationPredictorTest, NBestLinesHaveNumberAndScore) {
  const auto trained = MadeTrainedModel(TRANSLATION);
  PredictionSpec spec;
  spec.translation.search.n_best = 3;
  const auto texts = Predicted(trained.get(), spec, {"w4 w2", "w7"}, /*first=*/5);
  std::vector<std::string> lines = absl::StrSplit(texts[1], '\n');
  ASSERT_THAT(lines, SizeIs(4));  // the last is empty
  double last = 0;
  for (int i = 0; i < 3; ++i) {
    const std::vector<std::string> columns = absl::StrSplit(lines[i], '\t');
    ASSERT_THAT(columns, SizeIs(3));
    EXPECT_EQ(columns[0], "6");
    const double score = std::stod(columns[1]);
    EXPECT_LE(score, last);
    last = score;
  }
  spec.translation.search.n_best = 1;
  const std::string best = Predicted(trained.get(), spec, {"w7"})[0];
  EXPECT_EQ(absl::StrCat(std::vector<std::string>(absl::StrSplit(lines[0], '\t'))[2], "\n"), best);
}

TEST(TranslationPredictorTest, JsonHasTheAlignment) {
  const auto trained = MadeTrainedModel(TRANSLATION);
  PredictionSpec spec;
  spec.json = true;
  EXPECT_THAT(Predicted(trained.get(), spec, {"w4 w2"})[0],
              testing::AllOf(StartsWith("{\"source\": \"w4 w2\", \"translation\": \""),
                             HasSubstr("\"source_tokens\": [\"w4\", \"w2\", \"</s>\"]"),
                             HasSubstr("\"alignment\": [[")));
}

TEST(TranslationPredictorTest, SourceWordsAreKeptAsTyped) {
  const auto trained = MadeTrainedModel(TRANSLATION);
  PredictionSpec spec;
  spec.json = true;
  const std::string text = Predicted(trained.get(), spec, {"w4 zebra w2"})[0];
  EXPECT_THAT(text, HasSubstr("\"source_tokens\": [\"w4\", \"zebra\", \"w2\", \"</s>\"]"));
  EXPECT_THAT(text, testing::Not(HasSubstr("<unk>")));
}

TEST(TranslationPredictorTest, ReplacingUnknownWordsRequiresAttention) {
  const auto trained = MadeTrainedModel(TRANSLATION, "translation { attention: NONE }");
  PredictionSpec spec;
  spec.translation.replace_unknown = true;
  EXPECT_THAT(CreatePredictor(trained.get(), spec),
              FailsWith(absl::StatusCode::kInvalidArgument, "has no attention"));
}

}  // namespace
}  // namespace elman
