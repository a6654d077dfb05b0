#include "trainer/config/default_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trainer/config/run_config.h"

namespace elman {
namespace {

using testing::HasSubstr;

TrainingConfig Parsed(const DataFacts& facts) {
  const DefaultConfig chosen = ChooseDefaultConfig(facts);
  const auto config = ParseRunConfig(chosen.text, "default", {});
  EXPECT_TRUE(config.ok()) << config.status() << chosen.text;
  EXPECT_THAT(chosen.summary, HasSubstr("epoch"));
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
  EXPECT_THAT(
      ChooseDefaultConfig({.task = LANGUAGE_MODEL, .tokens = 5'000'000'000, .outputs = 9}).summary,
      HasSubstr("steps, whichever is first"));
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
