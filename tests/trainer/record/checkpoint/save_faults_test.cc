// Effects of system failures during a save on a run's checkpoints: the last good one remains,
// `latest` names a readable one, and no missing save is reported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "data/io/file_system.h"
#include "tests/support/faults.h"
#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/background_writer.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr int kKeep = 1;
constexpr int64_t kBestStep = 10, kLastStep = 20, kNewStep = 30;

const Fault kNoFault;
const Fault kFaults[] = {
    {.error = ENOSPC},
    {.error = EIO},
    {.error = EROFS},
    {.error = EINTR},
    {.error = EDQUOT, .lasting = true},
    {.kind = Fault::kShortWrite},
};

class SaveFaultsTest : public testing::Test {
 protected:
  // A run that has saved twice, and the temporary files of a killed writer.
  SaveFaultsTest() {
    CheckpointDirectory before(made_.path());
    for (const int64_t step : {kBestStep, kLastStep}) {
      Checkpoint checkpoint = MadeCheckpoint(step);
      EXPECT_THAT(before.Save(&checkpoint, step == kBestStep), IsOk());
    }
    made_.Write("checkpoints/step-000000025.ckpt.tmp-1-1", "left behind");
  }

  // Returns a run with its two checkpoints, or one that has not saved yet.
  std::string NewRun(bool has_saved) {
    std::string run = scratch_.Path("run" + std::to_string(++runs_));
    if (has_saved) {
      std::filesystem::copy(made_.path(), run, std::filesystem::copy_options::recursive);
    } else {
      std::filesystem::create_directory(run);
    }
    return run;
  }

  // Saves in the background with a fault injected. Returns the outcome, the number of calls and the
  // last call that the fault affected.
  static SaveOutcome Save(const std::string& run, const Fault& fault, int64_t* calls,
                          std::string* struck = nullptr) {
    CheckpointDirectory directory(run);
    BackgroundWriter writer(&directory, kKeep);
    *writer.snapshot() = MadeCheckpoint(kNewStep);
    const FaultInjection injection(fault, run);
    writer.Begin(/*is_best=*/false);
    SaveOutcome outcome = *writer.Outcome(absl::InfiniteDuration());
    *calls = injection.calls();
    if (struck != nullptr) *struck = injection.struck();
    return outcome;
  }

  static void ExpectReadable(const std::string& run, std::string_view mark,
                             const std::vector<int64_t>& steps) {
    const auto path = CheckpointDirectory(run).Find(mark);
    ASSERT_THAT(path, IsOk());
    const auto checkpoint = ReadCheckpoint(*path);
    ASSERT_THAT(checkpoint, IsOk());
    const int64_t step = checkpoint->header.progress().step();
    EXPECT_THAT(steps, Contains(step));
    EXPECT_EQ(ContentHash(*checkpoint), ContentHash(MadeCheckpoint(step)));
  }

  // Checks that no earlier data is lost and that the next save, without faults, succeeds and cleans
  // up.
  static void ExpectNothingLost(const std::string& run, bool has_saved, bool reported) {
    if (reported) {
      ExpectReadable(run, kLatest, {kNewStep});
    } else if (has_saved || FileExists(run + "/checkpoints/latest")) {
      ExpectReadable(run, kLatest, {kLastStep, kNewStep});
    } else {
      EXPECT_TRUE(absl::IsNotFound(CheckpointDirectory(run).Find(kLatest).status()));
    }
    if (has_saved) ExpectReadable(run, kBest, {kBestStep});

    int64_t calls = 0;
    const SaveOutcome next = Save(run, kNoFault, &calls);
    EXPECT_THAT(next.content_hash, IsOk());
    EXPECT_THAT(next.pruned, IsOk());
    ExpectReadable(run, kLatest, {kNewStep});
    EXPECT_EQ(CheckpointDirectory(run).Steps()->size(), has_saved ? 2u : 1u);
    for (const auto& entry : std::filesystem::directory_iterator(run + "/checkpoints"))
      EXPECT_THAT(entry.path().string(), Not(HasSubstr(".tmp-")));
  }

  // Returns the number of calls of a save without faults.
  int64_t Calls(bool has_saved) {
    int64_t calls = 0;
    EXPECT_THAT(Save(NewRun(has_saved), kNoFault, &calls).content_hash, IsOk());
    return calls;
  }

  Scratch made_, scratch_;
  int runs_ = 0;
};

TEST_F(SaveFaultsTest, SurvivesTheFailureOfAnyCall) {
  for (const bool has_saved : {true, false}) {
    const int64_t calls = Calls(has_saved);
    EXPECT_GT(calls, 30);
    int failures = 0;
    for (Fault fault : kFaults) {
      for (fault.at = 1; fault.at <= calls; ++fault.at) {
        SCOPED_TRACE(testing::Message() << "call " << fault.at << " of " << calls << ", kind "
                                        << fault.kind << ", errno " << fault.error);
        const std::string run = NewRun(has_saved);
        int64_t made = 0;
        std::string struck;
        const SaveOutcome outcome = Save(run, fault, &made, &struck);
        EXPECT_GE(made, fault.at);
        // Every failure is reported, except for closing a file that was only read.
        if (fault.kind == Fault::kError && fault.error != EINTR && struck != "close") {
          EXPECT_FALSE(outcome.content_hash.ok() && outcome.pruned.ok()) << struck;
        }
        if (fault.kind == Fault::kShortWrite) {
          EXPECT_THAT(outcome.content_hash, IsOk());
        }
        if (!outcome.content_hash.ok()) {
          ++failures;
          EXPECT_THAT(std::string(outcome.content_hash.status().message()), HasSubstr(run));
        }
        ExpectNothingLost(run, has_saved, outcome.content_hash.ok());
        if (HasFailure()) return;
      }
    }
    EXPECT_GT(failures, 100);
  }
}

TEST_F(SaveFaultsTest, SurvivesAKillAtAnyCall) {
  for (const bool has_saved : {true, false}) {
    const int64_t calls = Calls(has_saved);
    for (int64_t at = 1; at <= calls; ++at) {
      SCOPED_TRACE(testing::Message() << "call " << at << " of " << calls);
      const std::string run = NewRun(has_saved);
      const pid_t child = fork();
      if (child == 0) {
        int64_t made = 0;
        Save(run, {.kind = Fault::kDeath, .at = at}, &made);
        _exit(0);
      }
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
      ExpectNothingLost(run, has_saved, /*reported=*/false);
      if (HasFailure()) return;
    }
  }
}

// A save may take long; a caller of Outcome waits no longer than its `patience`.
TEST_F(SaveFaultsTest, DoesNotBlockTheCaller) {
  const std::string run = NewRun(true);
  CheckpointDirectory directory(run);
  BackgroundWriter writer(&directory, kKeep);
  *writer.snapshot() = MadeCheckpoint(kNewStep);
  {
    const FaultInjection injection({.kind = Fault::kDelay, .at = 3}, run);
    writer.Begin(/*is_best=*/false);
    EXPECT_FALSE(writer.Outcome(absl::ZeroDuration()).has_value());
    EXPECT_FALSE(writer.Outcome(absl::Milliseconds(20)).has_value());
    EXPECT_TRUE(writer.busy());
  }
  const std::optional<SaveOutcome> outcome = writer.Outcome(absl::InfiniteDuration());
  ASSERT_TRUE(outcome.has_value());
  EXPECT_THAT(outcome->content_hash, IsOk());
}

// A repeated save writes another file and does not call fsync again on a descriptor on which it
// failed.
TEST_F(SaveFaultsTest, RepeatsAFailedSave) {
  const int64_t calls = Calls(true);
  int fsyncs = 0;
  for (int64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "call " << at << " of " << calls);
    const std::string run = NewRun(true);
    CheckpointDirectory directory(run);
    BackgroundWriter writer(&directory, kKeep);
    *writer.snapshot() = MadeCheckpoint(kNewStep);
    const FaultInjection injection({.error = EIO, .at = at}, run);
    writer.Begin(/*is_best=*/true);
    if (writer.Outcome(absl::InfiniteDuration())->content_hash.ok()) continue;
    fsyncs += injection.struck() == "fsync";
    writer.BeginAgain();
    const std::optional<SaveOutcome> again = writer.Outcome(absl::InfiniteDuration());
    EXPECT_THAT(again->content_hash, IsOk());
    EXPECT_THAT(again->pruned, IsOk());
    EXPECT_EQ(injection.vain_fsyncs(), 0);
    ExpectReadable(run, kLatest, {kNewStep});
    ExpectReadable(run, kBest, {kNewStep});
    if (HasFailure()) return;
  }
  EXPECT_GT(fsyncs, 2);
}

// While a mark cannot be read, any checkpoint may be the one that it names: none is deleted.
TEST_F(SaveFaultsTest, NothingIsDeletedWhileAMarkIsUnreadable) {
  const std::string run = NewRun(true);
  made_.Write("garbled", "step-");
  std::filesystem::copy_file(made_.Path("garbled"), run + "/checkpoints/best",
                             std::filesystem::copy_options::overwrite_existing);
  int64_t calls = 0;
  const SaveOutcome outcome = Save(run, kNoFault, &calls);
  EXPECT_THAT(outcome.content_hash, IsOk());
  EXPECT_THAT(outcome.pruned, FailsWith(absl::StatusCode::kDataLoss, "best"));
  EXPECT_EQ(CheckpointDirectory(run).Steps()->size(), 3u);
}

}  // namespace
}  // namespace elman
