#include "trainer/replay/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "tests/trainer/run/prepared_runs.h"
#include "trainer/comm/single_process.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/run/training_run.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A run of six steps on two ranks, saved every third step.
class ReplayTest : public PreparedRuns {
 protected:
  ReplayTest() : run_(scratch_.Path("run")) {
    RunThreadGroup(2, [&](Communicator* communicator) {
      EXPECT_THAT(RunTraining(communicator,
                              {.config = Config({"checkpoint.every_steps=3", "checkpoint.keep=10",
                                                 "logging.every_steps=1"}),
                               .datasets = {dataset_},
                               .output = run_}),
                  IsOk());
    });
  }

  absl::Status Replay(int64_t step) {
    const auto source = FindReplaySource(run_, step, {});
    EXPECT_THAT(source, IsOk());
    SingleProcess alone;
    testing::internal::CaptureStdout();
    absl::Status status = ReplayStep(&alone, {dataset_}, *source, step);
    printed_ = testing::internal::GetCapturedStdout();
    return status;
  }

  const std::string run_;
  std::string printed_;
};

TEST_F(ReplayTest, TakesTheNewestCheckpointBeforeTheStep) {
  const CheckpointDirectory checkpoints(run_);
  EXPECT_THAT(FindReplaySource(run_, 3, {})->checkpoint, IsEmpty());
  EXPECT_EQ(FindReplaySource(run_, 4, {})->checkpoint, checkpoints.PathOf(3));
  EXPECT_EQ(FindReplaySource(checkpoints.PathOf(3), 6, {})->metrics, run_ + "/metrics.jsonl");
  const auto later = FindReplaySource(checkpoints.PathOf(6), 6, {});
  EXPECT_EQ(later.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(later.status().message()), HasSubstr("from a checkpoint of step 5"));
}

TEST_F(ReplayTest, ReproducesTheRecord) {
  for (const int64_t step : {2, 3, 4, 6}) {
    EXPECT_THAT(Replay(step), IsOk());
    EXPECT_THAT(printed_, HasSubstr("the same loss, gradient norm and learning rate")) << step;
  }
}

TEST_F(ReplayTest, FailsIfTheRecordDiffers) {
  const std::string metrics = scratch_.Read("run/metrics.jsonl");
  scratch_.Write("run/metrics.jsonl",
                 absl::StrReplaceAll(metrics, {{"\"step_loss\": ", "\"step_loss\": 1"}}));
  const absl::Status status = Replay(5);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("recorded for step 5"));
  scratch_.Write("run/metrics.jsonl", "");
  EXPECT_THAT(Replay(5), IsOk());
  EXPECT_THAT(printed_, HasSubstr("has no line of this step to compare with"));
}

}  // namespace
}  // namespace elman
