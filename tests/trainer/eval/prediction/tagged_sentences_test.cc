#include "trainer/eval/prediction/tagged_sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/trainer/eval/prediction/made_trained_model.h"
#include "trainer/eval/prediction/predictor_factory.h"

namespace elman {
namespace {

using testing::ElementsAre;

TagColumns Columns(uint32_t word, bool conllu = false) {
  TagColumns columns;
  columns.set_word(word);
  columns.set_conllu(conllu);
  return columns;
}

std::vector<std::string> TextsOf(const PredictionInput& input) {
  std::vector<std::string> texts;
  for (const ColumnLine& line : input.columns)
    texts.push_back((line.word ? "w:" : "-:") + line.text);
  return texts;
}

TEST(TaggedSentencesTest, KeepEveryLine) {
  TaggedSentences sentences(Columns(1));
  std::vector<PredictionInput> inputs;
  ASSERT_THAT(sentences.Take({"", "-DOCSTART-", "", "a X"}, 1, &inputs), IsOk());
  EXPECT_TRUE(inputs.empty());
  ASSERT_THAT(sentences.Take({"b\tY", " ", "", "c"}, 5, &inputs), IsOk());
  ASSERT_EQ(inputs.size(), 1);
  EXPECT_THAT(inputs[0].words, ElementsAre("a", "b"));
  EXPECT_THAT(TextsOf(inputs[0]),
              ElementsAre("-:", "-:-DOCSTART-", "-:", "w:a X", "w:b\tY", "-: "));
  sentences.End(&inputs);
  ASSERT_EQ(inputs.size(), 2);
  EXPECT_THAT(TextsOf(inputs[1]), ElementsAre("-:", "w:c"));
  sentences.End(&inputs);
  EXPECT_EQ(inputs.size(), 2);
}

TEST(TaggedSentencesTest, NameTheLineWithoutAWord) {
  TaggedSentences sentences(Columns(2));
  std::vector<PredictionInput> inputs;
  EXPECT_THAT(sentences.Take({"1\tb", "2\t\tX"}, 8, &inputs),
              FailsWith(absl::StatusCode::kInvalidArgument,
                        "line 9: expected a word in column 2, found '2\\t\\tX'"));
}

TEST(TaggedSentencesTest, GetATagAfterEveryWord) {
  const auto trained = MadeTrainedModel(TAGGING);
  const auto predictor = *CreatePredictor(trained.get(), {});
  const std::string tagged =
      (*predictor->Predict(std::vector<PredictionInput>{{.words = {"w4", "w2"}}}, 0))[0];
  const std::string first = tagged.substr(3, 2), second = tagged.substr(9, 2);  // "w4\tL1\nw2\tL0"
  TaggedSentences sentences(Columns(1));
  std::vector<PredictionInput> inputs;
  ASSERT_THAT(sentences.Take({"", "w4 X", "w2\tX", "", ""}, 1, &inputs), IsOk());
  sentences.End(&inputs);
  EXPECT_THAT(*predictor->Predict(inputs, 0),
              ElementsAre("\nw4 X " + first + "\nw2\tX\t" + second + "\n\n", "\n"));
}

}  // namespace
}  // namespace elman
