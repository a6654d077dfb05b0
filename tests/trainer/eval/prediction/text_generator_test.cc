#include "trainer/eval/prediction/text_generator.h"

#include <algorithm>

#include "tests/trainer/eval/prediction/made_trained_model.h"
#include "trainer/eval/prediction/predictor_factory.h"
#include "trainer/network/models/language_model.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class TextGeneratorTest : public testing::Test {
 protected:
  std::unique_ptr<Predictor> Create(const PredictionSpec& spec) {
    auto predictor = CreatePredictor(trained_.get(), spec);
    EXPECT_THAT(predictor, IsOk());
    return *std::move(predictor);
  }

  static std::string One(Predictor* predictor, const std::string& line, uint64_t number = 0) {
    const PredictionInput input{.line = line};
    return (*predictor->Predict({&input, 1}, number))[0];
  }

  const std::unique_ptr<TrainedModel> trained_ = MadeTrainedModel(LANGUAGE_MODEL);
};

constexpr int kTokens = 6;

PredictionSpec Spec(double temperature) {
  PredictionSpec spec;
  spec.generation.end = {.max_tokens = kTokens, .lines = 100};
  spec.generation.sampling.temperature = temperature;
  return spec;
}

// At temperature 0, the most probable token except <unk> is chosen at each step.
TEST_F(TextGeneratorTest, ContinuesTheLine) {
  LanguageModel* const model = trained_->model->AsLanguageModel();
  const Vocabulary& vocabulary = trained_->vocabularies[0];
  std::vector<float> carry(model->carry_size(1)), logits(model->predicted());
  model->Begin(1, carry.data());
  Workspace workspace;
  std::string expected = "w3 w5";
  std::vector<int32_t> read = {static_cast<int32_t>(vocabulary.end_id()), 3, 5};
  for (int generated = 0; generated < kTokens;) {
    const int32_t token = read.front();
    read.erase(read.begin());
    workspace.Reset();
    const ConstMatrix output = model->Read({&token, 1}, carry.data(), &workspace);
    if (!read.empty()) continue;
    model->Logits(output, {logits.data(), 1, model->predicted()});
    logits[vocabulary.unknown_id()] = -1e9f;
    const auto best = static_cast<uint32_t>(std::ranges::max_element(logits) - logits.begin());
    read = {static_cast<int32_t>(best)};
    expected += best == vocabulary.end_id() ? "\n" : " " + vocabulary.piece(best);
    ++generated;
  }
  const auto without_spaces = [](std::string text) {
    std::erase(text, ' ');
    return text;
  };
  const auto predictor = Create(Spec(/*temperature=*/0));
  EXPECT_EQ(without_spaces(One(predictor.get(), "w3 w5")), without_spaces(expected) + "\n");
}

// The prompt comes back as it was typed, with unknown words and spaces, and the continuation
// follows it with one space or on a new line.
TEST_F(TextGeneratorTest, PromptsAreKeptAsTyped) {
  const PredictionSpec spec = Spec(/*temperature=*/0);
  for (const std::string prompt : {"  W3\t Zebra w5", "w3  zebra ", "  ", "\xff w3"}) {
    const std::string text = One(Create(spec).get(), prompt);
    EXPECT_THAT(text, StartsWith(prompt));
    EXPECT_THAT(text, testing::Not(HasSubstr("<unk>")));
    const std::string rest = text.substr(prompt.size());
    if (!rest.starts_with('\n')) {
      EXPECT_EQ(rest.starts_with(" w"), prompt.back() != ' ') << text;
    }
    std::string streamed;
    ASSERT_THAT(
        Create(spec)->Stream({.line = prompt}, 0, [&](std::string_view part) { streamed += part; }),
        IsOk());
    EXPECT_EQ(streamed, text);
  }
}

TEST_F(TextGeneratorTest, SamplesDependOnLineNumberAndSeed) {
  PredictionSpec spec = Spec(/*temperature=*/2);
  spec.generation.end.max_tokens = 30;
  const auto predictor = Create(spec);
  const PredictionInput inputs[] = {{.line = "w3"}, {.line = "w3"}};
  const std::vector<std::string> together = *predictor->Predict(inputs, 4);
  EXPECT_NE(together[0], together[1]);
  EXPECT_EQ(together[0], One(predictor.get(), "w3", 4));
  EXPECT_EQ(together[1], One(predictor.get(), "w3", 5));
  spec.generation.seed = 2;
  EXPECT_NE(One(Create(spec).get(), "w3", 4), together[0]);
}

TEST_F(TextGeneratorTest, StreamsTheSameText) {
  for (const int beam : {0, 3}) {
    PredictionSpec spec = Spec(/*temperature=*/1);
    spec.generation.beam = beam;
    const auto predictor = Create(spec);
    std::string streamed;
    ASSERT_THAT(
        predictor->Stream({.line = "w4 w4"}, 2, [&](std::string_view text) { streamed += text; }),
        IsOk());
    EXPECT_EQ(streamed, One(predictor.get(), "w4 w4", 2)) << beam;
  }
}

TEST_F(TextGeneratorTest, JsonHasTheFinishReason) {
  PredictionSpec spec = Spec(/*temperature=*/1);
  spec.json = true;
  EXPECT_THAT(
      One(Create(spec).get(), "w2"),
      AllOf(StartsWith("{\"prompt\": \"w2\", \"text\": \"w2"),
            HasSubstr("\"log_probabilities\": [-"), HasSubstr("\"ended_by\": \"max_tokens\"}")));
}

}  // namespace
}  // namespace elman
