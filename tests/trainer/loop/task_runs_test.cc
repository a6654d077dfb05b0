// Complete training runs of every task and its variants, with threads as ranks: the same bits on
// any number of ranks and after a resume; diagnostics and samples do not change them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/trainer/loop/made_run.h"

namespace elman {
namespace {

struct RunCase {
  const char* name;
  Task task;
  std::vector<std::string> overrides;
};

std::ostream& operator<<(std::ostream& out, const RunCase& run) { return out << run.name; }

class TaskRunsTest : public MadeRun, public testing::WithParamInterface<RunCase> {
 protected:
  static constexpr int64_t kSteps = 15, kEpoch = 10;

  TaskRunsTest() : MadeRun(GetParam().task) {
    overrides_ = {"diagnostics.every_steps=4", "logging.every_steps=2"};
    overrides_.insert(overrides_.end(), GetParam().overrides.begin(), GetParam().overrides.end());
    shows_samples_ = GetParam().task != COOCCURRENCE;  // which is not validated
  }

  // Returns the lines of a run about its training, diagnostics and samples.
  std::vector<std::string> Reported(const std::string& output) {
    std::vector<std::string> reported = LinesOfKind("diagnostics", output);
    for (const std::string& line : LinesOfKind("sample", output)) reported.push_back(line);
    for (const std::string& line : LinesOfKind("train", output))
      reported.push_back(line.substr(0, line.find("\"tokens_per_second\"")));
    return reported;
  }
};

TEST_P(TaskRunsTest, SameBitsOnAnyNumberOfRanks) {
  const std::string hash = Run(1, "one", kSteps);
  const std::vector<std::string> reported = Reported("one");
  EXPECT_EQ(LinesOfKind("sample", "one").empty(), !shows_samples_);
  EXPECT_EQ(LinesOfKind("diagnostics", "one").size(), 3u);
  for (const int ranks : {2, 3, 4}) {
    const std::string name = std::to_string(ranks);
    EXPECT_EQ(Run(ranks, name, kSteps), hash) << ranks;
    EXPECT_TRUE(Reported(name) == reported) << ranks;
  }
  nodes_ = {0, 0, 1};
  EXPECT_EQ(Run(3, "nodes", kSteps), hash);
}

TEST_P(TaskRunsTest, ResumingContinuesToTheBitOnOtherRanks) {
  const std::string hash = Run(2, "straight", kSteps);
  EXPECT_NE(Run(2, "shorter", kSteps - 1), hash);
  for (const int64_t steps : {3, 10, 12}) {
    const std::string name = "part" + std::to_string(steps);
    Run(3, name, steps);
    EXPECT_EQ(Run(1, name, kSteps, true, Latest(name)), hash) << steps;
    // A run also validates at its end, even if a longer run would not at that step.
    std::vector<std::string> reported = Reported(name), expected = Reported("straight");
    const std::string end = absl::StrCat("{\"kind\": \"sample\", \"step\": ", steps, ",");
    for (std::vector<std::string>* lines : {&reported, &expected}) {
      if (steps != kEpoch) std::erase_if(*lines, [&](auto& line) { return line.starts_with(end); });
    }
    EXPECT_TRUE(reported == expected) << steps;
  }
}

TEST_P(TaskRunsTest, DiagnosticsAndSamplesChangeNoBit) {
  const std::string hash = Run(2, "shown", kSteps);
  overrides_.push_back("diagnostics.every_steps=0");
  shows_samples_ = false;
  EXPECT_EQ(Run(2, "hidden", kSteps), hash);
  EXPECT_TRUE(LinesOfKind("diagnostics", "hidden").empty());
  EXPECT_TRUE(LinesOfKind("sample", "hidden").empty());
}

INSTANTIATE_TEST_SUITE_P(
    LanguageModels, TaskRunsTest,
    testing::Values(
        RunCase{"Sgd", LANGUAGE_MODEL, {"optimizer.kind=SGD", "optimizer.learning_rate=0.5"}},
        RunCase{"Momentum",
                LANGUAGE_MODEL,
                {"optimizer.kind=SGD", "optimizer.momentum=0.9", "schedule.kind=PLATEAU",
                 "evaluation.every_steps=3"}},
        RunCase{"Adagrad", LANGUAGE_MODEL, {"optimizer.kind=ADAGRAD"}},
        RunCase{"EpochDecay",
                LANGUAGE_MODEL,
                {"schedule.kind=EPOCH_DECAY", "schedule.constant_epochs=1", "schedule.factor=0.5"}},
        RunCase{"RollBack",
                LANGUAGE_MODEL,
                {"divergence.action=ROLL_BACK", "divergence.snapshot_every_steps=4"}},
        RunCase{"RestartedStates",
                LANGUAGE_MODEL,
                {"model.initial_state.reset_probability=0.2", "model.initial_state.text=LINE"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Taggers, TaskRunsTest,
    testing::Values(RunCase{"Softmax", TAGGING, {"model.bidirectional=true"}},
                    RunCase{"Crf", TAGGING, {"model.tagging.output=CRF", "model.cell=GRU"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Classifiers, TaskRunsTest,
    testing::Values(RunCase{"Last", CLASSIFICATION, {"model.classification.pooling=LAST"}},
                    RunCase{"Mean", CLASSIFICATION, {"model.classification.pooling=MEAN"}},
                    RunCase{"Max",
                            CLASSIFICATION,
                            {"model.classification.pooling=MAX", "model.bidirectional=true"}},
                    RunCase{"Attention",
                            CLASSIFICATION,
                            {"model.classification.pooling=ATTENTION", "model.cell=TANH",
                             "model.input=ONE_HOT"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Translators, TaskRunsTest,
    testing::Values(RunCase{"General", TRANSLATION, {"model.bidirectional=true"}},
                    RunCase{"Concat", TRANSLATION, {"model.translation.attention=CONCAT"}}),
    [](const auto& info) { return std::string(info.param.name); });

const std::string kSum = "loss.normalization=SUM";
// The default leaves nothing of so little text.
const std::string kSubsample = "model.word_vectors.subsample=0.01";

INSTANTIATE_TEST_SUITE_P(
    WordVectors, TaskRunsTest,
    testing::Values(RunCase{"SkipGram", EMBEDDING, {kSum, kSubsample}},
                    RunCase{
                        "Cbow", EMBEDDING, {kSum, kSubsample, "model.word_vectors.method=CBOW"}},
                    RunCase{"SkipGramTree",
                            EMBEDDING,
                            {kSum, kSubsample, "model.word_vectors.output=HIERARCHICAL_SOFTMAX"}},
                    RunCase{"CbowTree",
                            EMBEDDING,
                            {kSum, kSubsample, "model.word_vectors.method=CBOW",
                             "model.word_vectors.output=HIERARCHICAL_SOFTMAX"}},
                    RunCase{"Glove",
                            COOCCURRENCE,
                            {kSum, "model.word_vectors.method=GLOVE", "optimizer.kind=ADAGRAD"}}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace elman
