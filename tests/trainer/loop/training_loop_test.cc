// Complete training runs with threads as ranks: the same bits on any number of ranks and after any
// interruption.
#include "trainer/loop/training_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <cfenv>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "data/io/file_system.h"
#include "data/shards/dataset.h"
#include "tests/support/allocations.h"
#include "tests/support/variants.h"
#include "tests/trainer/loop/made_run.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/validation/validation.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using TrainingLoopTest = MadeRun;

TEST_F(TrainingLoopTest, SameBitsOnAnyNumberOfRanks) {
  const std::string hash = Run(1, "one", 17);
  EXPECT_EQ(Run(2, "two", 17), hash);
  EXPECT_EQ(Run(3, "three", 17), hash);
  EXPECT_EQ(Run(4, "four", 17), hash);
  EXPECT_EQ(Run(3, "messages", 17, /*shares_memory=*/false), hash);
  EXPECT_NE(Run(1, "shorter", 16), hash);
}

// A program that embeds Elman may have other OpenMP settings for its threads; they are kept.
TEST_F(TrainingLoopTest, ThreadSettingsOfTheCallerChangeNoBit) {
  const std::string hash = Run(2, "plain", 17);
  before_training_ = [] {
    omp_set_num_threads(4);
    std::fesetround(FE_UPWARD);
  };
  after_training_ = [] {
    EXPECT_EQ(omp_get_max_threads(), 4);
    EXPECT_EQ(std::fegetround(), FE_UPWARD);
    std::fesetround(FE_TONEAREST);
  };
  EXPECT_EQ(Run(2, "host", 17), hash);
  EXPECT_EQ(LinesOfKind("valid", "host"), LinesOfKind("valid", "plain"));
}

// Without dropout, which is random. With plain SGD, because Adam magnifies rounding errors of
// gradients near zero.
TEST_F(TrainingLoopTest, MoreLanesChangeNothingButRounding) {
  overrides_ = {"model.dropout=0",       "model.weight_dropout=0",
                "optimizer.kind=SGD",    "optimizer.learning_rate=0.5",
                "logging.every_steps=1", "lanes=1"};
  const std::string hash = Run(1, "one", 20);
  overrides_.back() = "lanes=2";
  EXPECT_NE(Run(2, "two", 20), hash);
  const std::vector<double> one = TrainLosses("one"), two = TrainLosses("two");
  ASSERT_EQ(one.size(), 20u);
  ASSERT_EQ(two.size(), 20u);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(two[i], one[i], 1e-5 * one[i]) << i;
}

TEST_F(TrainingLoopTest, SameBitsOnAnyNumberOfNodes) {
  // The first kind updates all values, the others only touched ones.
  for (const auto kind : Variants<OptimizerSpec::Kind>()) {
    const std::string optimizer = VariantName(kind);
    nodes_.clear();
    overrides_ = {"optimizer.kind=" + optimizer, "model.tied_embeddings=false"};
    const std::string hash = Run(1, optimizer + "one", 17);
    for (const std::vector<int>& nodes : {std::vector<int>{0, 0, 1, 1}, {0, 1, 0}, {0, 1, 1}}) {
      nodes_ = nodes;
      const std::string name = optimizer + testing::PrintToString(nodes);
      EXPECT_EQ(Run(static_cast<int>(nodes.size()), name, 17), hash) << name;
    }
  }
}

// Rounding: a run has the same bits on any nodes, also after a resume on others, and its losses are
// near those of exact sums.
TEST_F(TrainingLoopTest, RoundedSumsDoNotDependOnNodes) {
  overrides_ = {"optimizer.kind=SGD", "optimizer.learning_rate=0.5", "logging.every_steps=1",
                "exchange.lane_group=2"};
  Run(1, "alone", 0);
  overrides_.push_back("exchange.wire_format=BF16");
  nodes_ = {0, 0, 1, 1};
  const std::string hash = Run(4, "straight", 0);
  Run(4, "part", 7);
  EXPECT_EQ(Run(4, "part", 0, true, Latest("part")), hash);
  const auto exact = TrainLosses("alone"), rounded = TrainLosses("straight");
  ASSERT_EQ(exact.size(), rounded.size());
  for (size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rounded[i], exact[i], 2e-2) << i;
  EXPECT_NE(exact, rounded);

  for (const std::vector<int>& nodes : {std::vector<int>{0, 1, 2}, {}}) {
    nodes_ = nodes;
    EXPECT_EQ(Run(3, "elsewhere", 0, true, CheckpointDirectory(scratch_.Path("part")).PathOf(7)),
              hash);
  }
}

// Seven shards on three ranks, and few tokens for each of the 30 streams, so some lanes have no
// work: no rank waits forever, and every token is a target exactly once per epoch.
TEST_F(TrainingLoopTest, CorpusSmallerThanTheBatchIsUsedOncePerEpoch) {
  std::vector<Examples> shards;
  for (int64_t shard = 0; shard < 7; ++shard) shards.push_back(RandomExamples(2, 2, 12));
  Scratch small;
  WriteMadeDataset(small.path(), shards, 12);
  dataset_ = *Dataset::Open(small.path());
  const auto tokens = static_cast<int64_t>((*dataset_->FindSplit("train"))->counts(0).tokens());
  ASSERT_LT(tokens, 30);
  overrides_ = {"lanes=15", "batch_size=30", "max_epochs=3"};
  const std::string hash = Run(3, "small", 0);
  EXPECT_EQ(ReadCheckpoint(Latest("small"))->header.progress().tokens(), 3 * tokens);
  EXPECT_EQ(Run(1, "alone", 0), hash);
  nodes_ = {0, 1, 1, 2};
  EXPECT_EQ(Run(4, "nodes", 0), hash);
}

// With a learning rate too small to change anything, one step of two micro-batches has the same
// losses as two steps, including carried state and dropout. An epoch has 10 batches.
TEST_F(TrainingLoopTest, MicroBatchesEqualConsecutiveSteps) {
  overrides_ = {"optimizer.kind=SGD", "optimizer.learning_rate=1e-30", "logging.every_steps=1"};
  Run(2, "single", 10);
  overrides_.push_back("micro_batches=3");
  Run(2, "triple", 4);
  const std::vector<double> single = TrainLosses("single"), triple = TrainLosses("triple");
  ASSERT_EQ(single.size(), 10u);
  ASSERT_EQ(triple.size(), 4u);
  for (int step = 0; step < 3; ++step) {
    const double mean = (single[3 * step] + single[3 * step + 1] + single[3 * step + 2]) / 3;
    EXPECT_NEAR(triple[step], mean, 1e-6) << step;
  }
  EXPECT_NEAR(triple[3], single[9], 1e-6) << "what is left of the epoch";
}

TEST_F(TrainingLoopTest, MicroBatchesGiveTheSameBitsAndResume) {
  overrides_ = {"tokens_per_step=90"};  // three batches of 6 sequences, 5 steps
  const std::string hash = Run(1, "straight", 0);
  EXPECT_EQ(Run(4, "four", 0), hash);
  Run(3, "part", 6);
  EXPECT_EQ(Run(2, "part", 0, true, Latest("part")), hash);
}

// After all shapes have occurred once, a step does not allocate heap memory: on any thread, with
// dropout and moments, on one or several ranks. An epoch of this data has 10 steps; the last one is
// shorter.
class AllocationTest : public MadeRun, public testing::WithParamInterface<std::string> {};

TEST_P(AllocationTest, StepsDoNotAllocate) {
  overrides_ = absl::StrSplit(GetParam(), ' ');
  for (const int ranks : {1, 3}) {
    std::vector<int64_t> counts;
    counts.reserve(100);
    on_step_ = [&](int rank) {
      if (rank == 0) counts.push_back(AllocationCount());
    };
    Run(ranks, "counted" + std::to_string(ranks), 9);
    ASSERT_GE(counts.size(), 9u);
    EXPECT_EQ(counts[2] > counts[0], kCountsAllocations);
    for (size_t step = 3; step < 9; ++step) EXPECT_EQ(counts[step], counts[step - 1]) << step;
  }
}

std::vector<std::string> Layers() {
  std::vector<std::string> overrides = {
      "model.weight_dropout=0 model.fixed_window.tokens=7 "
      "model.fixed_window.direct_connections=true"};
  for (const auto cell : Variants<ModelSpec::Cell>())
    overrides.push_back("model.cell=" + VariantName(cell));
  return overrides;
}

INSTANTIATE_TEST_SUITE_P(Layers, AllocationTest, testing::ValuesIn(Layers()));

TEST_F(TrainingLoopTest, ResumingContinuesToTheBitOnOtherRanks) {
  const std::string hash = Run(2, "straight", 0);
  for (const int64_t steps : {1, 7, 16}) {
    const std::string name = "part" + std::to_string(steps);
    Run(3, name, steps);
    EXPECT_EQ(Run(1, name, 0, true, Latest(name)), hash) << steps;
  }
}

// After an interruption anywhere, within an interval or an epoch, the train lines cover the same
// steps with the same values, except for times.
TEST_F(TrainingLoopTest, InterruptionsDoNotChangeTrainLines) {
  const auto train_lines = [&](const std::string& output) {
    std::vector<std::string> lines;
    const std::string metrics = scratch_.Read(output + "/metrics.jsonl");
    for (std::string line : std::vector<std::string>(absl::StrSplit(metrics, '\n'))) {
      if (line.starts_with("{\"kind\": \"train\""))
        lines.push_back(line.substr(0, line.find("\"tokens_per_second\"")));
    }
    return lines;
  };
  overrides_ = {"logging.every_steps=6"};
  Run(2, "straight", 0);
  const std::vector<std::string> expected = train_lines("straight");
  ASSERT_EQ(expected.size(), 4u);
  EXPECT_THAT(expected.back(), HasSubstr("\"step\": 20,"));
  for (const int64_t steps : {1, 6, 8, 10, 19}) {
    const std::string name = "part" + std::to_string(steps);
    Run(3, name, steps);
    const std::vector<std::string> part = train_lines(name);
    EXPECT_THAT(part.back(), HasSubstr("\"step\": " + std::to_string(steps) + ","));
    Run(2, name, steps, true, Latest(name));
    EXPECT_EQ(train_lines(name), part) << "a finished run that was started again";
    Run(1, name, 0, true, Latest(name));
    EXPECT_EQ(train_lines(name), expected) << steps;
  }
}

// Wherever a stop is requested, also during validation, the run ends with a checkpoint that it can
// be resumed from.
TEST_F(TrainingLoopTest, StoppingAnywhereLosesNothing) {
  const std::string hash = Run(2, "straight", 0);
  for (const int64_t questions : {1, 5, 11, 14, 21, 23}) {
    const std::string name = "stopped" + std::to_string(questions);
    Run(2, name, 0, true, "", questions);
    EXPECT_EQ(Run(2, name, 0, true, Latest(name)), hash) << questions;
  }
}

// Saves that are due faster than the disk writes wait for each other: all are written, with the
// state at the time when they were due.
TEST_F(TrainingLoopTest, EveryRequestedCheckpointIsWritten) {
  overrides_ = {"checkpoint.every_steps=1", "checkpoint.keep=100"};
  Run(3, "saved", 0);
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("saved")).Steps(),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
  EXPECT_FALSE(FileExists(scratch_.Path("saved/heartbeat")));
  overrides_.clear();
  for (const int64_t steps : {1, 4, 7, 13}) {
    const std::string name = "to" + std::to_string(steps);
    const std::string then = CheckpointDirectory(scratch_.Path("saved")).PathOf(steps);
    EXPECT_EQ(Run(2, name, steps), ContentHash(*ReadCheckpoint(then))) << steps;
  }
}

// Saves by rank 0's clock: as often as the writer is free, at the same steps on all ranks.
TEST_F(TrainingLoopTest, SavesByTheClock) {
  const std::string hash = Run(2, "straight", 9);
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("straight")).Steps(), ElementsAre(9));
  overrides_ = {"checkpoint.every_minutes=1e-9", "checkpoint.keep=100"};
  on_step_ = [](int) { absl::SleepFor(absl::Milliseconds(10)); };
  EXPECT_EQ(Run(2, "clock", 9), hash);
  EXPECT_GT(CheckpointDirectory(scratch_.Path("clock")).Steps()->size(), 1u);
  overrides_ = {"checkpoint.every_minutes=60"};
  EXPECT_EQ(Run(2, "hourly", 9), hash);
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("hourly")).Steps(), ElementsAre(9));
}

// Checkpoints at the ends of every third epoch, of the best result (the first one, because values
// do not change) and of the end.
TEST_F(TrainingLoopTest, SavesAfterEveryFewEpochs) {
  overrides_ = {"optimizer.learning_rate=1e-30", "max_epochs=8", "checkpoint.keep=100",
                "checkpoint.every_epochs=3"};
  const std::string hash = Run(2, "third", 0);
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("third")).Steps(), ElementsAre(10, 30, 60, 80));
  overrides_.back() = "checkpoint.every_epochs=0";
  EXPECT_EQ(Run(3, "none", 0), hash);
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("none")).Steps(), ElementsAre(10, 80));
}

// With a minimum time between checkpoints, only the first one is written before the end, with the
// best result, which was held until then. The bits of training are the same on any ranks, and a run
// continues exactly.
TEST_F(TrainingLoopTest, KeepsAMinimumTimeBetweenCheckpoints) {
  overrides_ = {"max_epochs=4"};
  const std::string hash = Run(2, "straight", 0);
  const Progress straight = ReadCheckpoint(Latest("straight"))->header.progress();
  overrides_ = {"max_epochs=4", "checkpoint.keep=100", "checkpoint.min_minutes=600",
                "checkpoint.every_steps=3"};
  for (const int ranks : {1, 3}) {
    const std::string name = absl::StrCat("rare", ranks);
    EXPECT_EQ(Run(ranks, name, 0), hash);
    const CheckpointDirectory checkpoints(scratch_.Path(name));
    std::vector<int64_t> expected = {3, straight.best_step()};
    if (straight.best_step() != 40) expected.push_back(40);
    EXPECT_EQ(*checkpoints.Steps(), expected);
    EXPECT_EQ(*checkpoints.Find(kBest), checkpoints.PathOf(straight.best_step()));
    EXPECT_EQ(Run(2, "again" + name, 0, true, checkpoints.PathOf(3)), hash);
  }
}

// The values do not change, so the first validation is the best one. The run ends two epochs later,
// also after an interruption, and does not go on when it is started again.
TEST_F(TrainingLoopTest, EndsWithoutABetterValidation) {
  overrides_ = {"optimizer.learning_rate=1e-30", "max_epochs=50", "evaluation.patience=2",
                "evaluation.every_steps=4"};
  const auto end = [&](const std::string& output) {
    const Progress progress = ReadCheckpoint(Latest(output))->header.progress();
    return std::pair(progress.best_step(), progress.step());
  };
  const std::string hash = Run(2, "early", 0);
  EXPECT_EQ(end("early"), std::pair(int64_t{4}, int64_t{30}));
  EXPECT_EQ(Run(1, "early", 0, true, Latest("early")), hash);
  for (const int64_t steps : {7, 20, 29}) {
    const std::string name = "part" + std::to_string(steps);
    Run(3, name, steps);
    EXPECT_EQ(Run(1, name, 0, true, Latest(name)), hash) << steps;
    EXPECT_EQ(end(name).second, 30);
  }
  overrides_.back() = "evaluation.patience=3";
  Run(2, "early", 0, true, Latest("early"));
  EXPECT_EQ(end("early").second, 40) << "more patience continues the run";
}

// However training ends, a save in progress is finished and reported.
TEST_F(TrainingLoopTest, ADivergedRunKeepsItsCheckpoints) {
  overrides_ = {"checkpoint.every_steps=1", "optimizer.kind=SGD", "optimizer.clip_norm=0",
                "optimizer.learning_rate=1e30"};
  ends_with_ = absl::StatusCode::kOutOfRange;
  Run(2, "diverged", 0);
  const std::string metrics = scratch_.Read("diverged/metrics.jsonl");
  EXPECT_THAT(metrics, HasSubstr("\"kind\": \"checkpoint\""));
  EXPECT_THAT(metrics, HasSubstr(Latest("diverged")));
}

// `groups`: number of groups of the streams into which the configuration divides the split.
class ValidationTest
    : public TrainingLoopTest,
      public testing::WithParamInterface<std::pair<std::vector<std::string>, int /*groups*/>> {};

INSTANTIATE_TEST_SUITE_P(
    Streams, ValidationTest,
    testing::Values(
        // 37 streams: three groups; the last one is not full.
        std::pair(std::vector<std::string>{"evaluation.batch_size=37"}, 3),
        std::pair(std::vector<std::string>{"evaluation.batch_size=37", "evaluation.streams=CONTEXT",
                                           "evaluation.stream_tokens=1",
                                           "evaluation.context_tokens=9"},
                  3),
        std::pair(std::vector<std::string>{"evaluation.batch_size=37", "evaluation.streams=CONTEXT",
                                           "evaluation.stream_tokens=1",
                                           "model.initial_state.text=LINE"},
                  3),
        // A split that is too small to be divided: all ranks except the first are idle.
        std::pair(std::vector<std::string>{"evaluation.streams=CONTEXT"}, 1)));

TEST_P(ValidationTest, SameBitsAsTheEvaluator) {
  const auto& [overrides, groups] = GetParam();
  const TrainingConfig config = *ParseRunConfig(kMadeRunConfig, "test", overrides);
  const auto create = [&] {
    return *CreateModel(LANGUAGE_MODEL, config.model(),
                        VocabulariesOf(dataset_->manifest().fields()));
  };
  const auto model = create();
  std::vector<float> values(model->parameters().size());
  model->parameters().Initialize(1, values.data());
  model->UseValues(values.data());
  const auto evaluator_alone = *CreateEvaluator(dataset_, "train", config);
  ASSERT_EQ(evaluator_alone->parts(), groups);
  const Evaluation alone = *evaluator_alone->Evaluate(model.get());
  EXPECT_EQ(alone.Find("tokens")->value,
            static_cast<double>((*dataset_->FindSplit("train"))->counts(0).tokens()));
  for (const int ranks : {1, 2, 3, 5}) {
    RunThreadGroup(ranks, [&](Communicator* communicator) {
      const auto own = create();
      own->UseValues(values.data());
      const auto evaluator = *CreateEvaluator(dataset_, "train", config);
      const auto found = Validate(communicator, evaluator.get(), own.get(), [] { return false; });
      ASSERT_THAT(found, IsOk());
      EXPECT_EQ(found->loss, alone.loss);
      EXPECT_EQ(found->Find("known_perplexity")->value, alone.Find("known_perplexity")->value);
      const bool last = communicator->rank() == ranks - 1;
      const auto stopped = Validate(communicator, evaluator.get(), own.get(), [&] { return last; });
      EXPECT_EQ(absl::IsCancelled(stopped.status()), ranks <= groups)
          << "a rank beyond the groups has none to stop in";
    });
  }
}

}  // namespace
}  // namespace elman
