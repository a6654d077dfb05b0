// Ranks as threads, each with its watchdog. How it is with processes that are stopped,
// tests/end_to_end/stopped_rank_test shows.
#include "trainer/watchdog/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

constexpr double kPatience = 1;  // seconds

// What one rank of a test has, and the verdicts of all.
struct Verdicts {
  std::mutex mutex;
  std::map<int, Diagnosis> by_rank;
};

struct WatchedRank {
  WatchedRank(Communicator* c, double patience, Verdicts* verdicts)
      : pulse(&clock), communicator(c, &pulse) {
    watchdog.emplace(c->rank() == 0, &pulse, patience,
                     [verdicts, rank = c->rank()](const Diagnosis& diagnosis) {
                       const std::lock_guard lock(verdicts->mutex);
                       verdicts->by_rank[rank] = diagnosis;
                     });
    watchdog->Meet(&communicator);
    pulse.At(Activity::kTraining, 1);
  }
  PhaseClock clock;
  Pulse pulse;
  WatchedCommunicator communicator;
  std::optional<Watchdog> watchdog;
};

TEST(WatchdogTest, TheFirstDoctorNamesTheRankThatIsLate) {
  Verdicts verdicts;
  RunThreadGroup(3, [&](Communicator* c) {
    WatchedRank rank(c, kPatience, &verdicts);
    if (c->rank() == 1) {
      rank.clock.Enter(Phase::kBackward);
      absl::SleepFor(absl::Seconds(5 * kPatience));
    }
    rank.communicator.Barrier();
  });
  ASSERT_EQ(verdicts.by_rank.size(), 1u) << "one of them speaks for all";
  const Diagnosis& diagnosis = verdicts.by_rank.at(0);
  EXPECT_THAT(diagnosis.late, ElementsAre(1));
  EXPECT_THAT(diagnosis.error, HasSubstr("in backward, is not through with it"));
}

TEST(WatchdogTest, AnotherSpeaksWhereRankZeroIsSilent) {
  Verdicts verdicts;
  RunThreadGroup(3, [&](Communicator* c) {
    WatchedRank rank(c, kPatience, &verdicts);
    if (c->rank() == 0) {
      EXPECT_THAT(rank.watchdog->Unheard(5), IsEmpty());
      absl::SleepFor(absl::Milliseconds(400));
      rank.watchdog.reset();
      absl::SleepFor(absl::Seconds(5 * kPatience));
    }
    rank.communicator.Barrier();
  });
  ASSERT_EQ(verdicts.by_rank.size(), 1u);
  EXPECT_THAT(verdicts.by_rank.at(1).late, ElementsAre(0));
  EXPECT_THAT(verdicts.by_rank.at(1).error, HasSubstr("does not answer"));
}

TEST(WatchdogTest, IsPatientWithWhoeverGetsOnOrSaves) {
  Verdicts verdicts;
  RunThreadGroup(2, [&](Communicator* c) {
    WatchedRank rank(c, kPatience, &verdicts);
    if (c->rank() == 0) {
      for (int i = 0; i < 8; ++i) {
        rank.pulse.At(Activity::kValidation, 1);
        absl::SleepFor(absl::Seconds(kPatience / 4));
      }
      for (int i = 0; i < 8; ++i) {
        rank.pulse.At(Activity::kCheckpoint, 1);
        absl::SleepFor(absl::Seconds(kPatience / 4));
      }
    }
    rank.communicator.Barrier();
  });
  EXPECT_TRUE(verdicts.by_rank.empty());
}

TEST(WatchdogTest, EvenASaveEndsSomeTime) {
  Verdicts verdicts;
  const double patience = 0.25;
  RunThreadGroup(2, [&](Communicator* c) {
    WatchedRank rank(c, patience, &verdicts);
    const absl::Time end = absl::Now() + absl::Seconds((Watchdog::kExcusedPatience + 4) * patience);
    while (c->rank() == 0 && absl::Now() < end) {
      rank.pulse.At(Activity::kCheckpoint, 1);
      absl::SleepFor(absl::Milliseconds(50));
    }
    rank.communicator.Barrier();
  });
  ASSERT_EQ(verdicts.by_rank.size(), 1u);
  EXPECT_THAT(verdicts.by_rank.at(0).error, HasSubstr("waits for its checkpoint to be written"));
}

TEST(WatchdogTest, IsOffAtZero) {
  Verdicts verdicts;
  RunThreadGroup(2, [&](Communicator* c) {
    WatchedRank rank(c, kPatience, &verdicts);
    rank.watchdog->SetPatience(0);
    if (c->rank() == 0) absl::SleepFor(absl::Seconds(4 * kPatience));
    rank.communicator.Barrier();
  });
  EXPECT_TRUE(verdicts.by_rank.empty());
}

}  // namespace
}  // namespace elman
