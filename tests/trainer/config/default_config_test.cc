#include "trainer/config/default_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trainer/config/run_config.h"
#include "trainer/optim/schedule.h"

namespace elman {
namespace {

using testing::HasSubstr;

TrainingConfig Parsed(const DataFacts& facts) {
  const std::string chosen = ChooseDefaultConfig(facts);
  const auto config = ParseRunConfig(chosen, "default", {});
  EXPECT_TRUE(config.ok()) << config.status() << chosen;
  return config.ok() ? *config : TrainingConfig();
}

// Sizes from one example to more than any corpus.
TEST(DefaultConfigTest, IsValidForEveryTaskAndSize) {
  for (const Task task :
       {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION, EMBEDDING, COOCCURRENCE}) {
    for (uint64_t examples = 1; examples < (uint64_t{1} << 40); examples *= 7) {
      for (const bool features : {false, true}) {
        const TrainingConfig config = Parsed({.task = task,
                                              .examples = examples,
                                              .tokens = 12 * examples,
                                              .outputs = 1000,
                                              .features = features});
        EXPECT_GE(config.max_epochs(), 1);
        EXPECT_LE(config.max_epochs(), 50);
        EXPECT_LE(config.lanes(), 1);
      }
    }
  }
}

TEST(DefaultConfigTest, GrowsWithTheData) {
  const auto of = [](uint64_t tokens) {
    return Parsed(
        {.task = LANGUAGE_MODEL, .examples = tokens / 10, .tokens = tokens, .outputs = 8000});
  };
  EXPECT_LT(of(5'000).model().hidden_size(), of(500'000).model().hidden_size());
  EXPECT_LT(of(500'000).model().hidden_size(), of(5'000'000).model().hidden_size());
  EXPECT_GT(of(5'000).max_epochs(), of(5'000'000'000).max_epochs());
  EXPECT_EQ(of(5'000'000).max_steps(), 0);
  EXPECT_GT(of(5'000'000'000).max_steps(), 0);
}

TEST(DefaultConfigTest, IsDescribedWithTheLengthOfTheRun) {
  EXPECT_EQ(DescribeDefault({.task = TAGGING, .tokens = 5120}),
            "the default for tagging with 5,120 tokens in train");
  const auto length = [](const std::vector<std::string>& overrides) {
    return DescribeLength(*ParseRunConfig(ChooseDefaultConfig({.task = TAGGING, .examples = 9}),
                                          "default", overrides));
  };
  EXPECT_EQ(length({}), "ends after 20 epochs");
  EXPECT_EQ(length({"max_epochs=2"}), "ends after 2 epochs");
  EXPECT_EQ(length({"max_steps=1200"}), "ends after 20 epochs or 1,200 steps, whichever is first");
}

// With more epochs than the default, the learning rate falls later, not to nothing.
TEST(DefaultConfigTest, StretchesTheScheduleOverTheRequestedEpochs) {
  const DataFacts facts = {.task = CLASSIFICATION, .examples = 160, .tokens = 2000, .outputs = 2};
  const TrainingConfig usual = Parsed(facts);
  EXPECT_EQ(ChooseDefaultConfig(facts, usual.max_epochs()), ChooseDefaultConfig(facts));
  for (const int epochs : {1, 2, 5, usual.max_epochs(), 60, 100'000}) {
    const TrainingConfig config =
        *ParseRunConfig(ChooseDefaultConfig(facts, epochs), "default", {});
    EXPECT_EQ(config.max_epochs(), epochs);
    Progress last;
    last.set_epoch(epochs - 1);
    const double rate = LearningRate(config, last, 1) / usual.optimizer().learning_rate();
    EXPECT_GT(rate, 0.08) << epochs;
    EXPECT_LT(rate, epochs < 2 ? 1.01 : 0.12) << epochs;
  }
}

TEST(DefaultConfigTest, UsesWhatTheDataHave) {
  EXPECT_EQ(Parsed({.task = TAGGING, .entities = true}).model().tagging().output(),
            TaggingSpec::CRF);
  EXPECT_EQ(Parsed({.task = TAGGING}).model().tagging().output(), TaggingSpec::SOFTMAX);
  EXPECT_TRUE(Parsed({.task = TRANSLATION, .shared_vocabulary = true})
                  .model()
                  .translation()
                  .shared_embeddings());
  EXPECT_FALSE(Parsed({.task = TRANSLATION}).model().translation().shared_embeddings());
  EXPECT_FALSE(Parsed({.task = LANGUAGE_MODEL, .characters = true}).model().tied_embeddings());
  EXPECT_EQ(Parsed({.task = TAGGING, .features = true}).model().features().use(),
            FeatureSpec::BESIDE);
}

}  // namespace
}  // namespace elman
