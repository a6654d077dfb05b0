#include "trainer/watchdog/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Returns a rank that waits with the others.
Suspect Waiting(int64_t rendezvous_count = 40) {
  Suspect suspect;
  suspect.host = "node1";
  suspect.process = 100;
  suspect.heard = true;
  suspect.quiet_for = 9;
  suspect.sample = {.step = 12,
                    .moves = 5,
                    .rendezvous_count = rendezvous_count,
                    .activity = Activity::kTraining,
                    .phase = Phase::kWait,
                    .rendezvous = Rendezvous::kAllGather};
  return suspect;
}

Suspect Busy(Phase phase) {
  Suspect suspect = Waiting();
  suspect.sample.rendezvous = Rendezvous::kNone;
  suspect.sample.phase = phase;
  return suspect;
}

TEST(DiagnosisTest, SilentRankIsLate) {
  Suspect stopped = Waiting();
  stopped.silent = true;
  stopped.state = 'T';
  stopped.host = "node2";
  stopped.process = 4711;
  const Diagnosis diagnosis = Diagnose(std::vector{Waiting(), Waiting(), stopped}, 1, 9.3);
  EXPECT_THAT(diagnosis.late, ElementsAre(2));
  EXPECT_THAT(diagnosis.error, HasSubstr("the job hangs after step 12"));
  EXPECT_THAT(diagnosis.error, HasSubstr("rank 2 on node2, process 4711, in wait, does not answer: "
                                         "stopped by a signal"));
  EXPECT_THAT(diagnosis.error, Not(HasSubstr("\n")));
  EXPECT_THAT(diagnosis.table, HasSubstr("as reported to rank 1"));
  EXPECT_THAT(diagnosis.table, HasSubstr("waits in all-gather 40"));
  EXPECT_EQ(std::ranges::count(diagnosis.table, '\n'), 5);
}

TEST(DiagnosisTest, RankOutsideOfARendezvousIsLate) {
  Suspect reading = Busy(Phase::kData);
  reading.sample.shard = 3;
  reading.state = 'D';
  const Diagnosis diagnosis = Diagnose(std::vector{Waiting(), reading}, 0, 9);
  EXPECT_THAT(diagnosis.late, ElementsAre(1));
  EXPECT_THAT(diagnosis.error, HasSubstr("in data, train shard 3, has not finished it: the "
                                         "system waits for a disk or a file server"));
}

TEST(DiagnosisTest, SilentRanksComeBeforeBusyOnes) {
  Suspect gone = Busy(Phase::kForward);
  gone.silent = true;
  gone.state = '-';
  const Diagnosis diagnosis = Diagnose(std::vector{Busy(Phase::kBackward), Waiting(), gone}, 1, 9);
  EXPECT_THAT(diagnosis.late, ElementsAre(2, 0));
  EXPECT_THAT(diagnosis.error, HasSubstr("rank 2"));
  EXPECT_THAT(diagnosis.error, HasSubstr("its process has ended; rank 0"));
}

TEST(DiagnosisTest, RankAtAnEarlierRendezvousIsLate) {
  EXPECT_THAT(Diagnose(std::vector{Waiting(41), Waiting(40), Waiting(41)}, 0, 9).late,
              ElementsAre(1));
}

TEST(DiagnosisTest, BlamesTheNetworkIfAllWaitForEachOther) {
  const Diagnosis diagnosis = Diagnose(std::vector{Waiting(), Waiting()}, 0, 9);
  EXPECT_THAT(diagnosis.late, IsEmpty());
  EXPECT_THAT(diagnosis.error, HasSubstr("btl_tcp_if_include"));
}

TEST(DiagnosisTest, RankThatNeverReportedIsLateOnlyIfNoOtherIs) {
  const Suspect unreachable;
  EXPECT_THAT(Diagnose(std::vector{Waiting(), unreachable}, 0, 9).late, ElementsAre(1));
  EXPECT_THAT(Diagnose(std::vector{Busy(Phase::kForward), unreachable}, 0, 9).late, ElementsAre(0));
}

TEST(DiagnosisTest, LimitsTheTextForAThousandRanks) {
  std::vector<Suspect> suspects(1000, Waiting());
  suspects[700] = Busy(Phase::kForward);
  const Diagnosis diagnosis = Diagnose(suspects, 0, 9);
  EXPECT_THAT(diagnosis.late, ElementsAre(700));
  EXPECT_LT(std::ranges::count(diagnosis.table, '\n'), 24);
  EXPECT_THAT(diagnosis.table, HasSubstr("   700  node1"));
  EXPECT_THAT(diagnosis.table, HasSubstr("and 983 more that wait"));
}

}  // namespace
}  // namespace elman
