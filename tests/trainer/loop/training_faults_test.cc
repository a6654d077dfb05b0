// Complete training runs with disk failures or a kill: training continues, and resuming from the
// remaining files gives the same bits as a run without faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "data/io/file_system.h"
#include "tests/support/faults.h"
#include "tests/trainer/loop/made_run.h"

namespace elman {
namespace {

using testing::HasSubstr;

constexpr int64_t kSteps = 6;

class TrainingFaultsTest : public MadeRun {
 protected:
  TrainingFaultsTest() {
    overrides_ = {"checkpoint.every_steps=2", "checkpoint.keep=10", "logging.every_steps=2"};
    expected_ = Run(1, "undisturbed", kSteps);
    RunWithFault("counted", Fault());
  }

  // Trains on one rank with this fault injected in the folder of the run or its subfolder `below`.
  void RunWithFault(const std::string& output, const Fault& fault, const std::string& below = "") {
    before_training_ = [&] { injection_.emplace(fault, scratch_.Path(output + below)); };
    after_training_ = [&] {
      calls_ = injection_->calls();
      injection_.reset();
    };
    Run(1, output, kSteps);
    before_training_ = after_training_ = nullptr;
  }

  // Checks that every save that a complete line of metrics.jsonl reports exists with the reported
  // content, and that `latest` is not older.
  void ExpectReportedSavesAreThere(const std::string& output) {
    const std::string metrics = scratch_.Read(output + "/metrics.jsonl");
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(metrics, '\n'))) {
      if (!absl::StrContains(line, "\"kind\": \"checkpoint\"") || line.back() != '}') continue;
      const size_t at = line.find("\"path\": \"") + 9;
      const auto saved = ReadCheckpoint(line.substr(at, line.find('"', at) - at));
      ASSERT_THAT(saved, IsOk());
      EXPECT_THAT(line, HasSubstr(ContentHash(*saved)));
      const auto latest = ReadCheckpoint(Latest(output));
      ASSERT_THAT(latest, IsOk());
      EXPECT_LE(saved->header.progress().step(), latest->header.progress().step());
    }
  }

  // Checks that resuming the run gives the same result as a run without faults.
  void ExpectResumesToTheBit(const std::string& output) {
    const bool has_saved = FileExists(scratch_.Path(output + "/checkpoints/latest"));
    EXPECT_EQ(Run(1, output, kSteps, true, has_saved ? Latest(output) : ""), expected_);
    EXPECT_FALSE(save_failed_);
  }

  std::string expected_;  // content hash of the last checkpoint
  int64_t calls_ = 0;     // number of calls of the last run with a fault
  std::optional<FaultInjection> injection_;
};

const Fault kFaults[] = {{.error = ENOSPC},
                         {.error = EIO, .lasting = true},
                         {.error = EINTR},
                         {.kind = Fault::kShortWrite},
                         {.error = EROFS, .lasting = true},
                         {.error = EIO}};

// Every call fails in one way, in turn; in the long test, in every way.
TEST_F(TrainingFaultsTest, ContinuesWhenAnyCallFails) {
  const int64_t calls = calls_;
  EXPECT_GT(calls, 100);
  const int ways = std::getenv("ELMAN_LONG_TESTS") != nullptr ? std::size(kFaults) : 1;
  for (int64_t trial = 0; trial < calls * ways; ++trial) {
    Fault fault = kFaults[trial % std::size(kFaults)];
    fault.at = trial / ways + 1;
    SCOPED_TRACE(testing::Message() << "call " << fault.at << " of " << calls << ", kind "
                                    << fault.kind << ", errno " << fault.error);
    const std::string output = "run" + std::to_string(trial);
    RunWithFault(output, fault);
    ExpectReportedSavesAreThere(output);
    if (!save_failed_) {
      EXPECT_EQ(HashOfLatest(output), expected_);
    }
    ExpectResumesToTheBit(output);
    if (HasFailure()) return;
    std::filesystem::remove_all(scratch_.Path(output));
  }
}

TEST_F(TrainingFaultsTest, LosesNothingWhenKilledAtAnyCall) {
  const int64_t calls = calls_;
  for (int64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "call " << at << " of " << calls);
    const std::string output = "run" + std::to_string(at);
    const pid_t child = fork();
    if (child == 0) {
      RunWithFault(output, {.kind = Fault::kDeath, .at = at});
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ExpectReportedSavesAreThere(output);
    ExpectResumesToTheBit(output);
    if (HasFailure()) return;
    std::filesystem::remove_all(scratch_.Path(output));
  }
}

TEST_F(TrainingFaultsTest, ReportsAFailedLastSave) {
  RunWithFault("full", {.error = ENOSPC, .at = calls_ / 2, .lasting = true});
  EXPECT_TRUE(save_failed_);
  EXPECT_NE(HashOfLatest("full"), expected_);
  ExpectResumesToTheBit("full");
}

// The disk is full for a short time at the end of the run.
TEST_F(TrainingFaultsTest, RetriesTheLastSave) {
  overrides_ = {"checkpoint.every_steps=0"};
  RunWithFault("counted again", Fault(), "/checkpoints");
  const int64_t calls = calls_;
  EXPECT_GT(calls, 10);
  for (int64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "call " << at << " of " << calls);
    const std::string output = "full" + std::to_string(at);
    RunWithFault(output, {.error = ENOSPC, .at = at}, "/checkpoints");
    EXPECT_FALSE(save_failed_);
    EXPECT_EQ(HashOfLatest(output), expected_);
    const std::string metrics = scratch_.Read(output + "/metrics.jsonl");
    EXPECT_EQ(absl::StrContains(metrics, "\"checkpoint_failed\""),
              absl::StrContains(metrics, "trying again in 0, 2 of 5"));
  }
}

// A failed save followed by a successful one is a warning in metrics.jsonl; the run succeeds.
TEST_F(TrainingFaultsTest, FailedSaveBeforeAGoodOneIsAWarning) {
  RunWithFault("full", {.error = ENOSPC, .at = 5}, "/checkpoints");
  EXPECT_FALSE(save_failed_);
  EXPECT_EQ(HashOfLatest("full"), expected_);
  const std::string metrics = scratch_.Read("full/metrics.jsonl");
  EXPECT_THAT(metrics, HasSubstr("\"checkpoint_failed\""));
  EXPECT_THAT(metrics, HasSubstr("warning: no checkpoint was written at step 2: "));
}

}  // namespace
}  // namespace elman
