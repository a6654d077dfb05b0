// A whole run, ranks as threads: the same bits whatever the ranks, and whatever interrupted it.
#include "trainer/training_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/batches/stream_batcher.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/allocation_count.h"
#include "tests/support/scratch.h"
#include "trainer/checkpoint/checkpoint_reader.h"
#include "trainer/comm/thread_group.h"
#include "trainer/models/model_factory.h"
#include "trainer/run_config.h"
#include "trainer/validation.h"

namespace elman {
namespace {

constexpr char kConfig[] =
    "model { layers: 2 hidden_size: 9 embedding_size: 7 dropout: 0.3 weight_dropout: 0.2 }"
    "optimizer { kind: ADAM learning_rate: 0.01 clip_norm: 1 }"
    "lanes: 4 batch_size: 6 sequence_length: 5 max_epochs: 2 seed: 3 evaluation { batch_size: 20 }";

class TrainingLoopTest : public testing::Test {
 protected:
  TrainingLoopTest() {
    WriteMadeDataset(data_.path(), {RandomExamples(60, 8, 12)}, 12);
    const auto dataset = Dataset::Open(data_.path());
    EXPECT_THAT(dataset, IsOk());
    dataset_ = *dataset;
  }

  // Trains with `ranks` from the checkpoint `from`, if it is not empty, into `output`; asked to
  // stop at `stop_after` steps of rank 0, if it is positive. Returns the content hash of the last
  // checkpoint.
  std::string Run(int ranks, const std::string& output, int64_t max_steps,
                  bool shares_memory = true, const std::string& from = "", int64_t stop_after = 0) {
    const TrainingConfig config =
        *ParseRunConfig(kConfig, "test", {"max_steps=" + std::to_string(max_steps)});
    RunThreadGroup(
        ranks,
        [&](Communicator* communicator) {
          const auto model =
              *CreateModel(LANGUAGE_MODEL, config.model(), dataset_->manifest().vocabulary());
          const auto optimizer = CreateOptimizer(config.optimizer());
          const auto source = *CreateStreamBatcher(dataset_, "train", config.batch_size(),
                                                   config.sequence_length(), config.lanes());
          GradientExchange exchange(communicator, model->parameters().size(), config.lanes());
          TrainingState state(communicator, model.get(), &exchange, optimizer.get(), source.get());
          Checkpoint checkpoint;
          if (!from.empty()) {
            checkpoint = *ReadCheckpoint(from);
            EXPECT_THAT(state.Scatter(&checkpoint), IsOk());
          } else {
            state.Initialize(config.seed());
          }
          *checkpoint.header.mutable_config() = config;
          DescribeParameters(model->parameters(), &checkpoint.header);
          const auto evaluator =
              *Evaluator::Create(dataset_, "train", config.evaluation().batch_size(), 5);
          CheckpointDirectory checkpoints(scratch_.Path(output));
          PhaseClock clock;
          std::unique_ptr<RunDirectory> directory;
          std::unique_ptr<ProgressReporter> reporter;
          if (communicator->rank() == 0) {
            directory = *RunDirectory::Open(scratch_.Path(output));
            reporter = *ProgressReporter::Create(directory.get(), config, 0, 1, &clock);
          }
          int64_t asked = 0;
          TrainingLoop loop({.communicator = communicator,
                             .model = model.get(),
                             .optimizer = optimizer.get(),
                             .source = source.get(),
                             .exchange = &exchange,
                             .state = &state,
                             .evaluator = evaluator.get(),
                             .validation_text = &(*dataset_->FindSplit("train"))->counts(),
                             .checkpoints = &checkpoints,
                             .reporter = reporter.get(),
                             .clock = &clock,
                             .stop_requested =
                                 [&] {
                                   if (on_step_) on_step_(communicator->rank());
                                   return communicator->rank() == 0 && ++asked == stop_after;
                                 },
                             .checkpoint = &checkpoint});
          EXPECT_THAT(loop.Run(), IsOk());
          EXPECT_EQ(loop.stopped(), stop_after > 0);
          EXPECT_FALSE(loop.save_failed());
        },
        shares_memory);
    const auto latest = ReadCheckpoint(Latest(output));
    EXPECT_THAT(latest, IsOk());
    return ContentHash(*latest);
  }

  std::string Latest(const std::string& output) {
    return *ResolveCheckpoint(scratch_.Path(output), kLatest);
  }

  Scratch data_, scratch_;
  std::shared_ptr<const Dataset> dataset_;
  std::function<void(int rank)> on_step_;  // called by every rank in every step
};

TEST_F(TrainingLoopTest, SameBitsOnAnyNumberOfRanks) {
  const std::string hash = Run(1, "one", 17);
  EXPECT_EQ(Run(2, "two", 17), hash);
  EXPECT_EQ(Run(3, "three", 17), hash);
  EXPECT_EQ(Run(4, "four", 17), hash);
  EXPECT_EQ(Run(3, "messages", 17, /*shares_memory=*/false), hash);
  EXPECT_NE(Run(1, "shorter", 16), hash);
}

// Once a shape has been seen, a step takes nothing from the heap: on no thread, with dropout and
// moments, on one rank and on several. An epoch of this data has 10 steps, the last one shorter.
TEST_F(TrainingLoopTest, StepsDoNotAllocate) {
  for (const int ranks : {1, 3}) {
    std::vector<int64_t> counts;
    counts.reserve(100);
    on_step_ = [&](int rank) {
      if (rank == 0) counts.push_back(AllocationCount());
    };
    Run(ranks, "counted" + std::to_string(ranks), 9);
    ASSERT_GE(counts.size(), 9u);
    EXPECT_GT(counts[0], 0);
    for (size_t step = 3; step < 9; ++step) EXPECT_EQ(counts[step], counts[step - 1]) << step;
  }
}

TEST_F(TrainingLoopTest, ResumingContinuesToTheBitOnOtherRanks) {
  const std::string hash = Run(2, "straight", 0);
  for (const int64_t steps : {1, 7, 16}) {
    const std::string name = "part" + std::to_string(steps);
    Run(3, name, steps);
    EXPECT_EQ(Run(1, name, 0, true, Latest(name)), hash) << steps;
  }
}

// Wherever the wish to stop comes, also amid validation, the run ends on a checkpoint it can go on
// from.
TEST_F(TrainingLoopTest, StoppingAnywhereLosesNothing) {
  const std::string hash = Run(2, "straight", 0);
  for (const int64_t questions : {1, 5, 11, 14, 21, 23}) {
    const std::string name = "stopped" + std::to_string(questions);
    Run(2, name, 0, true, "", questions);
    EXPECT_EQ(Run(2, name, 0, true, Latest(name)), hash) << questions;
  }
}

TEST_F(TrainingLoopTest, ValidationIsTheEvaluatorsToTheLastBit) {
  const TrainingConfig config = *ParseRunConfig(kConfig, "test", {});
  const auto model =
      *CreateModel(LANGUAGE_MODEL, config.model(), dataset_->manifest().vocabulary());
  std::vector<float> values(model->parameters().size());
  model->parameters().Initialize(1, values.data());
  model->UseValues(values.data());
  // 37 streams: three groups, the last not full.
  const LossSums alone = *(*Evaluator::Create(dataset_, "train", 37, 5))->Evaluate(model.get());
  EXPECT_EQ(alone.targets,
            static_cast<int64_t>((*dataset_->FindSplit("train"))->counts().tokens()));
  for (const int ranks : {1, 2, 3, 5}) {
    RunThreadGroup(ranks, [&](Communicator* communicator) {
      const auto own =
          *CreateModel(LANGUAGE_MODEL, config.model(), dataset_->manifest().vocabulary());
      own->UseValues(values.data());
      const auto evaluator = *Evaluator::Create(dataset_, "train", 37, 5);
      const auto sums = Validate(communicator, evaluator.get(), own.get(), [] { return false; });
      ASSERT_THAT(sums, IsOk());
      EXPECT_EQ(sums->loss, alone.loss);
      EXPECT_EQ(sums->targets, alone.targets);
      const bool last = communicator->rank() == ranks - 1;
      const auto stopped = Validate(communicator, evaluator.get(), own.get(), [&] { return last; });
      EXPECT_EQ(absl::IsCancelled(stopped.status()), ranks <= 3)
          << "the last of five ranks has no group to stop in";
    });
  }
}

}  // namespace
}  // namespace elman
