#include "trainer/watchdog/ledger.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

PulseSample At(int64_t moves, Activity activity = Activity::kTraining,
               Meeting meeting = Meeting::kNone) {
  return {.moves = moves, .activity = activity, .meeting = meeting};
}

TEST(LedgerTest, QuietIsTheTimeSinceAnyProgress) {
  Ledger ledger(2);
  ledger.Hear(0, At(1), 0);
  ledger.Hear(1, At(1), 0);
  ledger.Advance(3);
  ledger.Hear(0, At(1), 'S');  // sends messages but makes no progress
  ledger.Hear(1, At(2), 0);
  ledger.Advance(2);
  EXPECT_EQ(ledger.quiet(), 2);
  EXPECT_EQ(ledger.quiet_for(0), 5);
  EXPECT_EQ(ledger.silent_for(0), 2);
  EXPECT_EQ(ledger.entries()[0].state, 'S');
  ledger.Hear(0, At(7), 0);
  EXPECT_EQ(ledger.quiet(), 0);
}

TEST(LedgerTest, IgnoresRanksOutOfRange) {
  Ledger ledger(2);
  ledger.Advance(1);
  for (const int rank : {-1, 2, 1 << 30}) ledger.Hear(rank, At(1), 0);
  EXPECT_EQ(ledger.quiet(), 1);
}

// Valid reasons for a stall: a rank that sends messages, waits for no other rank, and is starting,
// writing a checkpoint or ending.
TEST(LedgerTest, OnlyALivingRankWithSlowWorkIsAnExcuse) {
  const auto excused = [](const PulseSample& sample, double silent_for) {
    Ledger ledger(2);
    ledger.Hear(1, sample, 0);
    ledger.Advance(silent_for);
    ledger.Hear(0, At(1, Activity::kTraining, Meeting::kAllGather), 0);
    return ledger.HasExcuse(/*silence=*/1);
  };
  EXPECT_TRUE(excused(At(1, Activity::kStarting), 0.5));
  EXPECT_TRUE(excused(At(1, Activity::kCheckpoint), 0.5));
  EXPECT_TRUE(excused(At(1, Activity::kEnding), 0.5));
  EXPECT_FALSE(excused(At(1, Activity::kTraining), 0.5));
  EXPECT_FALSE(excused(At(1, Activity::kValidation), 0.5));
  EXPECT_FALSE(excused(At(1, Activity::kCheckpoint), 2)) << "it is stopped or gone";
  EXPECT_FALSE(excused(At(1, Activity::kStarting, Meeting::kBroadcast), 0.5)) << "it waits too";
}

TEST(LedgerTest, RankThatWasNeverHeardIsAnExcuse) {
  Ledger ledger(2);
  ledger.Hear(0, At(1), 0);
  EXPECT_TRUE(ledger.HasExcuse(1));
}

}  // namespace
}  // namespace elman
