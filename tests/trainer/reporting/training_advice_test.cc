#include "trainer/reporting/training_advice.h"

#include <gmock/gmock.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "trainer/config/run_config.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TrainingConfig Config(const std::vector<std::string>& overrides) {
  return *ParseRunConfig("", "test", overrides);
}

TEST(TrainingAdviceTest, FindsBatchesLargerThanTheData) {
  const RunSize size = {.examples = 48, .steps_per_epoch = 1, .total_steps = 1000};
  EXPECT_THAT(AdviseOnSize(TAGGING, Config({"batch_size=64", "max_epochs=1000"}), size),
              ElementsAre(AllOf(HasSubstr("64 sequences per step, of 48 examples"),
                                HasSubstr("batch_size=3 gives about 16 steps per epoch"))));
  EXPECT_THAT(AdviseOnSize(TAGGING, Config({"batch_size=48", "max_epochs=1000"}), size), IsEmpty());
  const RunSize text = {.tokens = 700, .steps_per_epoch = 1, .total_steps = 1000};
  EXPECT_THAT(
      AdviseOnSize(TAGGING, Config({"batch_size=32", "sequence_length=35", "max_epochs=1000"}),
                   text),
      ElementsAre(HasSubstr("32 sequences per step, of 700 tokens")));
}

TEST(TrainingAdviceTest, GivesNoAdviceOnTheSizeOfWordVectors) {
  EXPECT_THAT(AdviseOnSize(EMBEDDING, Config({"batch_size=64"}),
                           {.tokens = 1'000'000, .steps_per_epoch = 1, .total_steps = 10}),
              IsEmpty());
}

TEST(TrainingAdviceTest, FindsTextsThatAreTooSmallForWordVectors) {
  const RunSize size = {.tokens = 3000, .steps_per_epoch = 1, .total_steps = 50};
  EXPECT_THAT(
      AdviseOnSize(EMBEDDING, Config({}), size),
      ElementsAre(HasSubstr("has 3,000 tokens, which are too few for useful word vectors")));
  EXPECT_THAT(AdviseOnSize(EMBEDDING, Config({"model.word_vectors.method=GLOVE"}), size), IsEmpty())
      << "these are pairs of words";
}

TEST(TrainingAdviceTest, FindsRunsOfFewSteps) {
  const RunSize size = {.examples = 300, .steps_per_epoch = 5, .total_steps = 50};
  EXPECT_THAT(AdviseOnSize(TAGGING, Config({"batch_size=64", "max_epochs=10"}), size),
              ElementsAre(AllOf(HasSubstr("50 steps in 10 epochs"), HasSubstr("batch_size=18 "),
                                HasSubstr("max_epochs=100 "))));
  EXPECT_THAT(AdviseOnSize(TAGGING, Config({"batch_size=64", "max_steps=50"}), size), IsEmpty())
      << "meant to be short";
  EXPECT_THAT(AdviseOnSize(TAGGING, Config({"batch_size=64"}),
                           {.examples = 6400, .steps_per_epoch = 100, .total_steps = 1000}),
              IsEmpty());
}

TEST(TrainingAdviceTest, ReportsALossThatRisesOnce) {
  TrainingAdvice advice(TAGGING, Config({"optimizer.kind=SGD", "optimizer.learning_rate=8"}));
  EXPECT_EQ(advice.AfterTrainLine(3, 8), "");
  EXPECT_EQ(advice.AfterTrainLine(2, 8), "");
  EXPECT_EQ(advice.AfterTrainLine(2.9, 8), "");
  EXPECT_THAT(advice.AfterTrainLine(3.1, 8),
              AllOf(HasSubstr("it is 3.1, and was 2"), HasSubstr("optimizer.learning_rate=2"),
                    HasSubstr("optimizer.clip_norm=1")));
  EXPECT_EQ(advice.AfterTrainLine(7, 8), "") << "reported";
  EXPECT_EQ(advice.AfterTrainLine(2.1, 8), "");
  EXPECT_NE(advice.AfterTrainLine(7, 8), "") << "risen again";
  EXPECT_EQ(advice.AfterTrainLine(std::nan(""), 8), "");
  TrainingAdvice vectors(EMBEDDING, Config({}));
  vectors.AfterTrainLine(1, 1);
  EXPECT_EQ(vectors.AfterTrainLine(9, 1), "");
}

TEST(TrainingAdviceTest, ComparesMeansOfSeveralSteps) {
  TrainingAdvice advice(TAGGING, Config({"logging.every_steps=1"}));
  for (int step = 0; step < 200; ++step)
    EXPECT_EQ(advice.AfterTrainLine(step % 4 == 0 ? 4 : 1, 1), "") << step;
  std::string said;
  for (int step = 0; step < 20; ++step) said += advice.AfterTrainLine(4, 1);
  EXPECT_THAT(said, HasSubstr("the training loss rises"));
}

TEST(TrainingAdviceTest, FindsARateOfAnotherOptimizer) {
  const auto advice = [](const std::vector<std::string>& overrides, Task task = TAGGING) {
    return AdviseOnRate(task, Config(overrides));
  };
  EXPECT_THAT(advice({"optimizer.kind=SGD", "optimizer.learning_rate=0.002"}),
              HasSubstr("optimizer.learning_rate=0.002 is low for SGD"));
  EXPECT_THAT(advice({"optimizer.kind=ADAM"}), HasSubstr("optimizer.learning_rate=1 is high"));
  EXPECT_EQ(advice({"optimizer.kind=SGD"}), "");
  EXPECT_EQ(advice({"optimizer.kind=ADAM", "optimizer.learning_rate=0.002"}), "");
  EXPECT_EQ(
      advice({"optimizer.kind=SGD", "optimizer.learning_rate=0.002", "optimizer.momentum=0.9"}),
      "");
  EXPECT_EQ(advice({"optimizer.kind=SGD", "optimizer.learning_rate=0.005"}, EMBEDDING), "");
}

TEST(TrainingAdviceTest, SuggestsARateThatSuitsTheOptimizer) {
  const auto suggestion = [](const char* kind, double rate) {
    TrainingAdvice advice(TAGGING, Config({absl::StrCat("optimizer.kind=", kind)}));
    std::string text;
    for (const double loss : {1, 1, 1, 9, 9, 9})
      absl::StrAppend(&text, advice.AfterTrainLine(loss, rate));
    return text;
  };
  EXPECT_THAT(suggestion("ADAM", 50), HasSubstr("try optimizer.learning_rate=0.001 "));
  EXPECT_THAT(suggestion("ADAM", 0.01), HasSubstr("try optimizer.learning_rate=0.0025 "));
  EXPECT_THAT(suggestion("SGD", 50), HasSubstr("try optimizer.learning_rate=12 "));
}

RunRecord Validations(const std::vector<double>& losses) {
  RunRecord record;
  double best = INFINITY;
  for (size_t i = 0; i < losses.size(); ++i) {
    record.Add(absl::StrCat("{\"kind\": \"valid\", \"step\": ", 10 * (i + 1),
                            ", \"epoch\": ", i + 1, ", \"loss\": ", losses[i],
                            ", \"best\": ", losses[i] < best ? "true}" : "false}"));
    best = std::min(best, losses[i]);
  }
  return record;
}

TEST(TrainingAdviceTest, ReportsAnOldBestAtGrowingIntervals) {
  const RunRecord record = Validations({3, 2});
  TrainingAdvice advice(TAGGING, Config({}));
  std::vector<int> reported;
  for (int epoch = 2; epoch <= 50; ++epoch) {
    const std::string text = advice.AfterValidation(epoch, record.BestValidation());
    if (text.empty()) continue;
    reported.push_back(epoch - 2);
    EXPECT_THAT(text, AllOf(HasSubstr(absl::StrCat("was ", epoch - 2, " epochs ago, at step 20")),
                            HasSubstr("evaluation.patience=5")));
  }
  EXPECT_THAT(reported, ElementsAre(5, 10, 20, 40));
  TrainingAdvice patient(TAGGING, Config({"evaluation.patience=9"}));
  EXPECT_THAT(patient.AfterValidation(7, record.BestValidation()),
              testing::Not(HasSubstr("patience")));
  EXPECT_EQ(patient.AfterValidation(7, nullptr), "");
}

// Such a model may also underfit.
TEST(TrainingAdviceTest, NamesALearningRateThatHasFallenToNothing) {
  const RunRecord record = Validations({3, 2});
  const auto text = [&](double rate) {
    TrainingAdvice advice(TAGGING, Config({"optimizer.learning_rate=0.5"}));
    advice.AfterTrainLine(2, rate);
    return advice.AfterValidation(7, record.BestValidation());
  };
  EXPECT_THAT(text(2e-12), AllOf(HasSubstr("the learning rate has fallen to 2e-12"),
                                 testing::Not(HasSubstr("overfit"))));
  EXPECT_THAT(text(0.05), HasSubstr("overfit"));
}

TEST(TrainingAdviceTest, RemarksOnTheLengthOfARun) {
  const TrainingAdvice advice(TAGGING, Config({"max_epochs=3"}));
  EXPECT_THAT(advice.AtEnd(Validations({3, 2, 1.5})),
              HasSubstr("max_epochs=6 with the same command"));
  EXPECT_EQ(advice.AtEnd(Validations({3, 2, 1.99})), "") << "hardly falls";
  EXPECT_EQ(advice.AtEnd(Validations({3, 2, 2.5})), "");
  EXPECT_EQ(advice.AtEnd(Validations({3, 2})), "") << "ended by max_steps";
  EXPECT_EQ(advice.AtEnd(Validations({3, 2, 0.001})), "") << "hardly any errors are left";
  EXPECT_EQ(advice.AtEnd(RunRecord()), "");
  EXPECT_EQ(advice.AtEnd(Validations({3, 2, 2.5, 2.6, 2.7, 2.8, 2.9})), "")
      << "reported by AfterValidation";
}

}  // namespace
}  // namespace elman
