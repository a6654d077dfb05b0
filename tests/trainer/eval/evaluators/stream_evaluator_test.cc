// Tests that a split has the same loss when it is divided into streams.
#include "trainer/eval/evaluators/stream_evaluator.h"

#include <cmath>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "tests/data/shards/made_dataset.h"
#include "trainer/config/run_config.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/network/factory/model_factory.h"

namespace elman {
namespace {

constexpr uint32_t kPredicted = 30;

// Lines, one in six of which is empty.
Examples Lines(int count) {
  Examples lines = RandomExamples(count, 25, kPredicted);
  for (size_t i = 3; i < lines.size(); i += 6) lines[i] = {1};
  return lines;
}

// Records the loss of every token of a split, in order.
class Losses : public ExampleObserver {
 public:
  void Observe(const ExamplePiece& piece) override {
    for (size_t i = 0; i < piece.losses.size(); ++i)
      EXPECT_TRUE(of_.try_emplace({piece.example, piece.first_target + i}, piece.losses[i]).second);
  }
  const std::map<std::pair<uint64_t, uint64_t>, double>& of() const { return of_; }

 private:
  std::map<std::pair<uint64_t, uint64_t>, double> of_;
};

class StreamEvaluatorTest : public testing::TestWithParam<std::string> {
 protected:
  void Write(const std::vector<Examples>& shards) {
    std::filesystem::remove_all(scratch_.path());
    std::filesystem::create_directory(scratch_.path());
    WriteMadeDataset(scratch_.path(), shards, kPredicted);
    dataset_ = *Dataset::Open(scratch_.path());
  }

  TrainingConfig Config(const std::vector<std::string>& overrides) {
    std::vector<std::string> all = {"model.initial_state.text=" + GetParam(),
                                    "evaluation.streams=CONTEXT"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return *ParseRunConfig(
        "model { layers: 1 hidden_size: 12 embedding_size: 8 }"
        "sequence_length: 13",
        "test", all);
  }

  // For a network whose state depends on the last few dozen tokens, as in trained networks.
  Evaluation Evaluate(const std::vector<std::string>& overrides,
                      ExampleObserver* observer = nullptr) {
    const TrainingConfig config = Config(overrides);
    auto model =
        *CreateModel(LANGUAGE_MODEL, config.model(), VocabulariesOf(dataset_->manifest().fields()));
    std::vector<float> values(model->parameters().size());
    model->parameters().Initialize(5, values.data());
    for (float& value : values) value *= 8;
    model->UseValues(values.data());
    const auto evaluator = *CreateEvaluator(dataset_, "train", config);
    if (observer != nullptr) evaluator->AddObserver(observer);
    return *evaluator->Evaluate(model.get());
  }

  Scratch scratch_;
  std::shared_ptr<const Dataset> dataset_;
};

INSTANTIATE_TEST_SUITE_P(Texts, StreamEvaluatorTest, testing::Values("SPLIT", "LINE", "PARAGRAPH"),
                         [](const auto& text) { return text.param; });

// Streams of any size, after a context that is longer than the memory of the network: equal up to
// rounding errors.
TEST_P(StreamEvaluatorTest, LossMatchesOneStream) {
  for (const int lines : {1, 2, 10, 100, 1000}) {
    Write({Lines(lines)});
    const Evaluation one = Evaluate({"evaluation.batch_size=1"});
    const Evaluation streams = Evaluate({});
    EXPECT_EQ(one.Find("streams")->value, 1);
    EXPECT_EQ(streams.Find("streams")->value > 1, lines >= 100) << lines;
    EXPECT_EQ(streams.Find("tokens")->value, one.Find("tokens")->value);
    EXPECT_NEAR(streams.loss, one.loss, GetParam() == "LINE" ? 1e-6 * one.loss : 1e-5) << lines;
    // The network uses its context: without it, losses are different.
    const Evaluation equal = Evaluate({"evaluation.streams=EQUAL"});
    if (lines <= 100) {
      EXPECT_GT(std::abs(equal.loss - one.loss), 3e-4) << lines;
    }
  }
}

// If each line is a text of its own, losses do not change however small the streams are.
TEST_P(StreamEvaluatorTest, LossesDoNotDependOnStreams) {
  Write({Lines(40), {}, Lines(3), Lines(60)});
  Losses one;
  const double expected = Evaluate({"evaluation.batch_size=1"}, &one).loss;
  for (const int streams : {2, 3, 17, 100}) {
    SCOPED_TRACE(streams);
    Losses many;
    const Evaluation evaluation =
        Evaluate({"evaluation.stream_tokens=1", "evaluation.context_tokens=200",
                  "evaluation.batch_size=" + std::to_string(streams)},
                 &many);
    EXPECT_GT(evaluation.Find("streams")->value, streams / 3);
    EXPECT_NEAR(evaluation.loss, expected, 1e-5 * expected);
    ASSERT_EQ(many.of().size(), one.of().size());
    auto other = one.of().begin();
    for (const auto& [place, loss] : many.of()) {
      ASSERT_EQ(place, other->first);
      ASSERT_NEAR(loss, other->second, 2e-4) << place.first << ", " << place.second;
      ++other;
    }
  }
}

TEST_P(StreamEvaluatorTest, HandlesAFewTokens) {
  for (const uint32_t tokens : {1u, 2u, 3u}) {
    Write({{std::vector<uint32_t>(tokens, 1)}});
    const Evaluation evaluation = Evaluate({});
    EXPECT_EQ(evaluation.Find("tokens")->value, tokens);
    EXPECT_TRUE(std::isfinite(evaluation.loss));
    EXPECT_EQ(evaluation.loss, Evaluate({"evaluation.batch_size=1"}).loss);
  }
  Write({{}});
  EXPECT_THAT(CreateEvaluator(dataset_, "train", Config({})),
              FailsWith(absl::StatusCode::kFailedPrecondition, "split train is empty"));
}

}  // namespace
}  // namespace elman
