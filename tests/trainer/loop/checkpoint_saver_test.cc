#include "trainer/loop/checkpoint_saver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/trainer/run/prepared_runs.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class CheckpointSaverTest : public PreparedRuns {
 protected:
  // Calls `use` on both of two ranks with a saver into the folder "run".
  void OnRanksWithSaver(const std::vector<std::string>& overrides,
                        const std::function<void(PreparedRun*, CheckpointSaver*)>& use) {
    OnRanks(2, overrides, [&](PreparedRun* run) {
      ASSERT_THAT(PrepareState({}, run), IsOk());
      const auto directory = OpenRunDirectory(run->communicator, scratch_.Path("run"));
      ASSERT_THAT(directory, IsOk());
      PhaseClock clock;
      std::unique_ptr<ProgressReporter> reporter;
      if (*directory) {
        reporter = *ProgressReporter::Create(directory->get(), LANGUAGE_MODEL, run->config(),
                                             Progress(), /*total_steps=*/6, /*peak=*/0, &clock);
      }
      CheckpointDirectory checkpoints(scratch_.Path("run"));
      CheckpointSaver saver({&checkpoints, reporter.get()}, &clock, run->state.get(),
                            &run->start.checkpoint, [&](Activity activity) {
                              if (while_waiting_) while_waiting_(activity);
                            });
      use(run, &saver);
    });
  }

  static void SetStep(PreparedRun* run, int64_t step) {
    run->start.checkpoint.header.mutable_progress()->set_step(step);
  }

  std::function<void(Activity)> while_waiting_;  // on rank 0, called while it waits for the disk
};

TEST_F(CheckpointSaverTest, WritesTheStateAtTheTimeOfTheSave) {
  std::vector<float> then;
  OnRanksWithSaver({}, [&](PreparedRun* run, CheckpointSaver* saver) {
    EXPECT_EQ(saver->saved_step(), -1);
    for (const int64_t step : {1, 2}) {
      SetStep(run, step);
      saver->Save(/*is_best=*/step == 1, /*with_snapshot=*/false);
      EXPECT_EQ(saver->saved_step(), step);
    }
    const auto values = run->exchange->values();
    run->communicator->Barrier();
    if (run->communicator->rank() == 0) {
      then.assign(values.begin(), values.end());
      std::ranges::fill(values, 0.0f);  // training continues, possibly while the copy is written
    }
    saver->Finish(absl::ZeroDuration());
    EXPECT_FALSE(saver->failed());
  });
  const CheckpointDirectory checkpoints(scratch_.Path("run"));
  EXPECT_THAT(*checkpoints.Steps(), ElementsAre(1, 2));
  EXPECT_EQ(*ReadCheckpoint(checkpoints.PathOf(2))->Find(kValuesArray), then);
  EXPECT_EQ(*checkpoints.Find(kBest), checkpoints.PathOf(1));
  EXPECT_EQ(*checkpoints.Find(kLatest), checkpoints.PathOf(2));
}

TEST_F(CheckpointSaverTest, RetriesTheLastSave) {
  const std::string blocked = scratch_.Path("run/checkpoints");
  const auto save = [&](PreparedRun* run, CheckpointSaver* saver) {
    if (run->communicator->rank() == 0) scratch_.Write("run/checkpoints", "in the way");
    SetStep(run, 3);
    saver->Save(/*is_best=*/false, /*with_snapshot=*/false);
    saver->Finish(absl::Milliseconds(1));
  };
  OnRanksWithSaver({}, [&](PreparedRun* run, CheckpointSaver* saver) {
    save(run, saver);
    EXPECT_EQ(saver->failed(), run->communicator->rank() == 0);
  });
  EXPECT_THAT(scratch_.Read("run/metrics.jsonl"), HasSubstr("5 of 5"));

  int waits = 0;
  while_waiting_ = [&](Activity activity) {
    if (activity == Activity::kEnding && ++waits == 2) std::filesystem::remove(blocked);
  };
  OnRanksWithSaver({}, [&](PreparedRun* run, CheckpointSaver* saver) {
    save(run, saver);
    EXPECT_FALSE(saver->failed());
  });
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("run")).Steps(), ElementsAre(3));
}

TEST_F(CheckpointSaverTest, OnlyTheWritingRankSavesByTheClock) {
  OnRanksWithSaver({"checkpoint.every_minutes=1e-9"},
                   [&](PreparedRun* run, CheckpointSaver* saver) {
                     absl::SleepFor(absl::Milliseconds(1));
                     EXPECT_EQ(saver->DueByClock(), run->communicator->rank() == 0);
                   });
  OnRanksWithSaver({"checkpoint.every_minutes=600"},
                   [](PreparedRun*, CheckpointSaver* saver) { EXPECT_FALSE(saver->DueByClock()); });
}

// A best state for which it is too early is held in memory: a better one replaces it, and it is
// written before any other state.
TEST_F(CheckpointSaverTest, HoldsABestStateWhileItIsTooEarly) {
  OnRanksWithSaver({"checkpoint.min_minutes=600", "checkpoint.keep=9"},
                   [&](PreparedRun* run, CheckpointSaver* saver) {
                     const bool writes = run->communicator->rank() == 0;
                     const auto save = [&](int64_t step, bool is_best) {
                       SetStep(run, step);
                       if (is_best) {
                         run->start.checkpoint.header.mutable_progress()->set_has_best(true);
                         run->start.checkpoint.header.mutable_progress()->set_best_step(step);
                       }
                       saver->Save(is_best, /*with_snapshot=*/false);
                       saver->ReportOutcome();
                     };
                     EXPECT_FALSE(saver->Holds()) << "nothing was written yet";
                     save(1, /*is_best=*/false);
                     EXPECT_EQ(saver->Holds(), writes);
                     save(2, /*is_best=*/true);
                     save(3, /*is_best=*/true);
                     EXPECT_EQ(saver->saved_step(), 3);
                     save(4, /*is_best=*/false);
                     save(5, /*is_best=*/true);
                     saver->Finish(absl::ZeroDuration());
                     EXPECT_FALSE(saver->failed());
                   });
  const CheckpointDirectory checkpoints(scratch_.Path("run"));
  EXPECT_THAT(*checkpoints.Steps(), ElementsAre(1, 3, 4, 5));
  EXPECT_EQ(*checkpoints.Find(kBest), checkpoints.PathOf(5));
}

TEST_F(CheckpointSaverTest, WritesTheHeldStateWhenTheTimeHasCome) {
  OnRanksWithSaver({"checkpoint.min_minutes=0.001"}, [&](PreparedRun* run, CheckpointSaver* saver) {
    for (const int64_t step : {1, 2}) {
      SetStep(run, step);
      saver->Save(/*is_best=*/true, /*with_snapshot=*/false);
    }
    while (saver->Holds()) saver->ReportOutcome();
    saver->Finish(absl::ZeroDuration());
  });
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("run")).Steps(), ElementsAre(1, 2));
}

}  // namespace
}  // namespace elman
