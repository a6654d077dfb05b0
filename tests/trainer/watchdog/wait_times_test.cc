#include "trainer/watchdog/wait_times.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

HeartbeatSample At(int64_t moves, Activity activity = Activity::kTraining,
                   Rendezvous rendezvous = Rendezvous::kNone) {
  return {.moves = moves, .activity = activity, .rendezvous = rendezvous};
}

TEST(WaitTimesTest, QuietIsTheTimeSinceAnyProgress) {
  WaitTimes wait_times(2);
  wait_times.RecordMessage(0, At(1), 0);
  wait_times.RecordMessage(1, At(1), 0);
  wait_times.Advance(3);
  wait_times.RecordMessage(0, At(1), 'S');  // sends messages but makes no progress
  wait_times.RecordMessage(1, At(2), 0);
  wait_times.Advance(2);
  EXPECT_EQ(wait_times.quiet(), 2);
  EXPECT_EQ(wait_times.quiet_for(0), 5);
  EXPECT_EQ(wait_times.silent_for(0), 2);
  EXPECT_EQ(wait_times.entries()[0].state, 'S');
  wait_times.RecordMessage(0, At(7), 0);
  EXPECT_EQ(wait_times.quiet(), 0);
}

TEST(WaitTimesTest, IgnoresRanksOutOfRange) {
  WaitTimes wait_times(2);
  wait_times.Advance(1);
  for (const int rank : {-1, 2, 1 << 30}) wait_times.RecordMessage(rank, At(1), 0);
  EXPECT_EQ(wait_times.quiet(), 1);
}

// Valid reasons for a stall: a rank that sends messages, waits for no other rank, and is starting,
// writing a checkpoint or ending.
TEST(WaitTimesTest, OnlyALivingRankMayHaveASlowOperation) {
  const auto slow_operation = [](const HeartbeatSample& sample, double silent_for) {
    WaitTimes wait_times(2);
    wait_times.RecordMessage(1, sample, 0);
    wait_times.Advance(silent_for);
    wait_times.RecordMessage(0, At(1, Activity::kTraining, Rendezvous::kAllGather), 0);
    return wait_times.HasSlowOperation(/*silence=*/1);
  };
  EXPECT_TRUE(slow_operation(At(1, Activity::kStarting), 0.5));
  EXPECT_TRUE(slow_operation(At(1, Activity::kCheckpoint), 0.5));
  EXPECT_TRUE(slow_operation(At(1, Activity::kEnding), 0.5));
  EXPECT_FALSE(slow_operation(At(1, Activity::kTraining), 0.5));
  EXPECT_FALSE(slow_operation(At(1, Activity::kValidation), 0.5));
  EXPECT_FALSE(slow_operation(At(1, Activity::kCheckpoint), 2)) << "it is stopped or gone";
  EXPECT_FALSE(slow_operation(At(1, Activity::kStarting, Rendezvous::kBroadcast), 0.5))
      << "it waits too";
}

TEST(WaitTimesTest, RankThatNeverReportedMayHaveASlowOperation) {
  WaitTimes wait_times(2);
  wait_times.RecordMessage(0, At(1), 0);
  EXPECT_TRUE(wait_times.HasSlowOperation(1));
}

}  // namespace
}  // namespace elman
