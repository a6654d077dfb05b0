// Threads as ranks, each with its watchdog. Stopped processes are tested in
// tests/end_to_end/recovery/stopped_rank_test.
#include "trainer/watchdog/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "trainer/comm/thread_group.h"
#include "trainer/watchdog/watched_communicator.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The diagnoses of all ranks of a test.
struct Diagnoses {
  std::mutex mutex;
  std::map<int, Diagnosis> by_rank;

  Watchdog::OnHang Of(int rank) {
    return [this, rank](const Diagnosis& diagnosis) {
      const std::lock_guard lock(mutex);
      by_rank[rank] = diagnosis;
    };
  }
  bool any() {
    const std::lock_guard lock(mutex);
    return !by_rank.empty();
  }
};

// By the clock: with the watchdogs' own threads, while the main threads are blocked.
TEST(WatchdogTest, FirstDiagnoserNamesTheLateRank) {
  Diagnoses diagnoses;
  RunThreadGroup(3, [&](Communicator* c) {
    PhaseClock clock;
    RankHeartbeat heartbeat(&clock);
    WatchedCommunicator communicator(c, &heartbeat);
    Watchdog watchdog(c->rank() == 0, &heartbeat, /*patience_seconds=*/1, diagnoses.Of(c->rank()));
    watchdog.WatchAllRanks(&communicator);
    heartbeat.At(Activity::kTraining, 1);
    if (c->rank() == 0) {
      EXPECT_THAT(watchdog.UnreachableRanks(60), IsEmpty());
    }
    if (c->rank() == 1) {
      clock.Enter(Phase::kBackward);
      while (!diagnoses.any()) absl::SleepFor(absl::Milliseconds(10));
    }
    communicator.Barrier();
  });
  ASSERT_EQ(diagnoses.by_rank.size(), 1u) << "one of them speaks for all";
  const Diagnosis& diagnosis = diagnoses.by_rank.at(0);
  EXPECT_THAT(diagnosis.late, ElementsAre(1));
  EXPECT_THAT(diagnosis.error, HasSubstr("in backward, has not finished it"));
}

// Ranks whose watchdogs check when the test calls Tick; time passes only by Tick.
class TickedWatchdogTest : public testing::Test {
 protected:
  static constexpr int kRanks = 3;
  static constexpr double kPatience = 4, kTick = 0.25;

  TickedWatchdogTest() {
    for (int rank = 0; rank < kRanks; ++rank) {
      heartbeats_[rank].emplace(&clocks_[rank]);
      watchdogs_[rank].emplace(rank == 0, &*heartbeats_[rank], kPatience, diagnoses_.Of(rank),
                               Watchdog::Ticks::kByHand);
    }
    RunThreadGroup(kRanks, [&](Communicator* c) { watchdogs_[c->rank()]->WatchAllRanks(c); });
    for (auto& heartbeat : heartbeats_) heartbeat->At(Activity::kTraining, 1);
    Pass(2 * kTick);
  }

  // Lets this number of seconds pass; rank 0 calls the function in each of them.
  void Pass(
      double seconds, const std::function<void()>& activity = [] {}) {
    for (double passed = 0; passed < seconds; passed += kTick) {
      activity();
      for (auto& watchdog : watchdogs_) {
        if (watchdog) watchdog->Tick(kTick);
      }
    }
  }
  void OthersWait() {
    for (int rank = 1; rank < kRanks; ++rank) heartbeats_[rank]->Enter(Rendezvous::kBarrier);
  }

  Diagnoses diagnoses_;
  std::array<PhaseClock, kRanks> clocks_;
  std::array<std::optional<RankHeartbeat>, kRanks> heartbeats_;
  std::array<std::optional<Watchdog>, kRanks> watchdogs_;
};

TEST_F(TickedWatchdogTest, ReportsOnlyWhenPatienceIsOver) {
  OthersWait();
  Pass(kPatience - 2 * kTick);
  EXPECT_TRUE(diagnoses_.by_rank.empty());
  Pass(4 * kTick);
  ASSERT_EQ(diagnoses_.by_rank.size(), 1u);
  EXPECT_THAT(diagnoses_.by_rank.at(0).late, ElementsAre(0));
}

TEST_F(TickedWatchdogTest, AnotherRankReportsIfRankZeroIsSilent) {
  EXPECT_THAT(watchdogs_[0]->UnreachableRanks(0), IsEmpty());
  OthersWait();
  watchdogs_[0].reset();
  Pass(kPatience + 2 * kTick);
  ASSERT_EQ(diagnoses_.by_rank.size(), 1u);
  EXPECT_THAT(diagnoses_.by_rank.at(1).late, ElementsAre(0));
  EXPECT_THAT(diagnoses_.by_rank.at(1).error, HasSubstr("does not answer"));
}

TEST_F(TickedWatchdogTest, WaitsForRanksThatMakeProgressOrSave) {
  OthersWait();
  Pass(5 * kPatience, [&] { heartbeats_[0]->At(Activity::kValidation, 1); });
  Pass((Watchdog::kSlowOperationPatience - 1) * kPatience,
       [&] { heartbeats_[0]->At(Activity::kCheckpoint, 1); });
  EXPECT_TRUE(diagnoses_.by_rank.empty());
  // Even a save must end after some time.
  Pass(2 * kPatience, [&] { heartbeats_[0]->At(Activity::kCheckpoint, 1); });
  ASSERT_EQ(diagnoses_.by_rank.size(), 1u);
  EXPECT_THAT(diagnoses_.by_rank.at(0).error, HasSubstr("waits for its checkpoint to be written"));
}

TEST_F(TickedWatchdogTest, ReportsOnce) {
  OthersWait();
  Pass(kPatience + 2 * kTick);
  ASSERT_EQ(diagnoses_.by_rank.size(), 1u);
  diagnoses_.by_rank.clear();
  Pass(50);
  EXPECT_TRUE(diagnoses_.by_rank.empty());
  Pass(20);
  EXPECT_EQ(diagnoses_.by_rank.size(), 1u) << "the job has not ended within a minute";
}

TEST_F(TickedWatchdogTest, IsDisabledAtZero) {
  for (auto& watchdog : watchdogs_) watchdog->SetPatience(0);
  OthersWait();
  Pass(20 * kPatience);
  EXPECT_TRUE(diagnoses_.by_rank.empty());
}

}  // namespace
}  // namespace elman
