// Where a run starts, and with which values.
#include "trainer/run/prepared_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/trainer/run/prepared_runs.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"
#include "trainer/run/training_run.h"

namespace elman {
namespace {

using testing::HasSubstr;

class PreparedRunTest : public PreparedRuns {
 protected:
  void Train(const std::string& output) {
    RunThreadGroup(2, [&](Communicator* communicator) {
      EXPECT_THAT(RunTraining(communicator, {.config = Config(),
                                             .datasets = {dataset_},
                                             .output = scratch_.Path(output)}),
                  IsOk());
    });
  }

  // Prepares a run in a folder of runs on two ranks, which must agree. Returns the status; if it is
  // OK, stores the initial values and the step.
  absl::Status Prepare(const std::string& output, const std::string& resume,
                       const std::vector<std::string>& overrides = {}) {
    std::vector<absl::Status> statuses(2);
    RunThreadGroup(2, [&](Communicator* communicator) {
      const auto directory = OpenRunDirectory(communicator, scratch_.Path(output));
      ASSERT_THAT(directory, IsOk());
      auto run =
          PrepareRun(communicator, {dataset_}, {directory->get(), resume}, Config(overrides));
      absl::Status& status = statuses[communicator->rank()];
      status = run.status();
      if (status.ok()) status = PrepareState({}, &*run);
      if (!status.ok() || communicator->rank() != 1) return;
      const auto values = run->exchange->values();
      values_.assign(values.begin(), values.end());
      step_ = run->start.checkpoint.header.progress().step();
    });
    EXPECT_EQ(statuses[0], statuses[1]);
    return statuses[0];
  }

  std::string Latest(const std::string& output) {
    return *ResolveCheckpoint(scratch_.Path(output), kLatest);
  }

  std::vector<float> values_;  // on rank 1
  int64_t step_ = -1;
};

TEST_F(PreparedRunTest, ANewRunHasInitialValues) {
  ASSERT_THAT(Prepare("new", "auto"), IsOk());
  EXPECT_EQ(step_, 0);
  std::vector<float> initial(values_.size());
  OnRanks(1, {}, [&](PreparedRun* run) {
    ASSERT_EQ(run->model->parameters().size(), static_cast<int64_t>(initial.size()));
    run->model->parameters().Initialize(3, initial.data());
  });
  EXPECT_EQ(values_, initial);
}

// A run of a version that had only these streams keeps them; any run keeps its streams.
TEST_F(PreparedRunTest, ResumedRunValidatesAsBefore) {
  const auto streams = [&](const std::string& output, const std::string& resume,
                           const std::vector<std::string>& overrides = {},
                           Take take = Take::kAuto) {
    EvaluationSpec::Streams found = EvaluationSpec::AUTO;
    RunThreadGroup(2, [&](Communicator* communicator) {
      const auto directory = OpenRunDirectory(communicator, scratch_.Path(output));
      ASSERT_THAT(directory, IsOk());
      const auto start =
          StartRun(communicator, {dataset_}, directory->get(), resume, take, Config(overrides));
      ASSERT_THAT(start, IsOk());
      EXPECT_EQ(start->config.evaluation().streams(),
                start->checkpoint.header.config().evaluation().streams());
      if (communicator->rank() == 1) found = start->config.evaluation().streams();
    });
    return found;
  };
  EXPECT_EQ(streams("new", "auto"), EvaluationSpec::CONTEXT);
  EXPECT_EQ(streams("equal", "auto", {"evaluation.streams=EQUAL"}), EvaluationSpec::EQUAL);
  Train("run");
  EXPECT_EQ(streams("run", "auto"), EvaluationSpec::CONTEXT);
  EXPECT_EQ(streams("run", "auto", {"evaluation.streams=EQUAL"}), EvaluationSpec::EQUAL);
  Checkpoint old = *ReadCheckpoint(Latest("run"));
  old.header.mutable_config()->mutable_evaluation()->clear_streams();
  ASSERT_THAT(WriteCheckpoint(&old, scratch_.Path("old.ckpt")), IsOk());
  EXPECT_EQ(streams("other", scratch_.Path("old.ckpt")), EvaluationSpec::EQUAL);
  EXPECT_EQ(streams("of_weights", scratch_.Path("old.ckpt"), {}, Take::kWeights),
            EvaluationSpec::CONTEXT)
      << "that is a new run";
  EXPECT_EQ(streams("another", scratch_.Path("old.ckpt"), {"evaluation.streams=CONTEXT"}),
            EvaluationSpec::CONTEXT);
}

TEST_F(PreparedRunTest, ResumesFromTheLatestCheckpoint) {
  Train("run");
  ASSERT_THAT(Prepare("run", "auto"), IsOk());
  EXPECT_EQ(step_, 6);
  EXPECT_EQ(values_, *ReadCheckpoint(Latest("run"))->Find(kValuesArray));
  ASSERT_THAT(Prepare("other", Latest("run")), IsOk()) << "a checkpoint of another folder";
  EXPECT_EQ(step_, 6);
}

TEST_F(PreparedRunTest, RefusesOptionsThatWouldLoseARun) {
  Train("run");
  Train("other");
  EXPECT_THAT(std::string(Prepare("run", "never").message()),
              HasSubstr("contains a run, which --resume=never would overwrite"));
  EXPECT_THAT(std::string(Prepare("run", Latest("other")).message()),
              HasSubstr("a checkpoint of step 6, does not belong; use another --output"));
  EXPECT_THAT(std::string(Prepare("run", "auto", {"model.hidden_size=8"}).message()),
              HasSubstr("model.hidden_size: 9 -> 8"));
  std::filesystem::remove(JoinPath(CheckpointDirectory(scratch_.Path("run")).folder(), kLatest));
  EXPECT_THAT(std::string(Prepare("run", "auto").message()), HasSubstr("--repair"));
}

TEST_F(PreparedRunTest, RefusesFieldsOfOtherTasks) {
  for (const char* override :
       {"model.classification.output=ORDINAL", "model.tagging.output=CRF",
        "model.translation.label_smoothing=0.1", "model.word_vectors.window=3"}) {
    EXPECT_THAT(std::string(Prepare("new", "auto", {override}).message()),
                testing::AllOf(HasSubstr("; leave it out"), HasSubstr("this is a language model")))
        << override;
  }
  EXPECT_THAT(Prepare("new", "auto", {"model.classification.output=SOFTMAX"}), IsOk());
  EXPECT_THAT(Prepare("new", "auto", {"model.initial_state.text=LINE"}), IsOk());
}

// With one rank, elman-run would have found the same error.
TEST_F(PreparedRunTest, ReportsAnImpossibleModelBeforeTooManyRanks) {
  EXPECT_THAT(std::string(Prepare("few", "auto",
                                  {"lanes=1", "model.input=ONE_HOT", "model.tied_embeddings=true"})
                              .message()),
              HasSubstr("there are no embeddings for model.tied_embeddings"));
}

TEST_F(PreparedRunTest, RefusesMoreRanksThanLanes) {
  EXPECT_THAT(std::string(Prepare("few", "auto", {"lanes=1"}).message()),
              HasSubstr("2 ranks are more than 1 lane;"));
}

}  // namespace
}  // namespace elman
