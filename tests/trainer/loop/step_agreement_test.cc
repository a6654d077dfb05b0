#include "trainer/loop/step_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/scratch.h"
#include "trainer/comm/thread_group.h"
#include "trainer/exchange/topology.h"

namespace elman {
namespace {

using testing::HasSubstr;

constexpr int kRanks = 3, kLanes = 4;

// Calls `use` on every rank.
void OnRanks(const std::function<void(Communicator*, StepAgreement*)>& use) {
  RunThreadGroup(kRanks, [&](Communicator* communicator) {
    const Topology topology(communicator->NodeOfRank(), SumTree(kLanes));
    StepAgreement agreement(communicator, topology, ReplicaCheck(/*every_steps=*/1, {}));
    agreement.BeginStep();
    use(communicator, &agreement);
  });
}

TEST(StepAgreement, SumsAllLanes) {
  OnRanks([](Communicator* communicator, StepAgreement* agreement) {
    const int rank = communicator->rank();
    const LaneRange lanes = PartOfItems(kLanes, kRanks, rank);
    for (const int64_t times : {1, 2}) {  // repeated, because a step must not affect the next one
      agreement->BeginStep();
      for (int lane = lanes.first; lane < lanes.end; ++lane) {
        agreement->lane(lane - lanes.first).losses.targets = times * (1 << lane);
        agreement->lane(lane - lanes.first).coverage.Add(lane);
      }
      const RankMessage message{.bytes_sent = 100, .waited = 0.5 + rank, .save = rank == 2};
      const auto agreed = agreement->Agree(absl::OkStatus(), message, Progress(), -1);
      ASSERT_THAT(agreed, IsOk());
      EXPECT_EQ(agreed->sums.losses.targets, times * 0b1111);
      EXPECT_EQ(agreed->sums.coverage, CoverageOf(kLanes));
      EXPECT_EQ(agreed->bytes_sent, 300);
      EXPECT_TRUE(agreed->save);
      EXPECT_FALSE(agreed->stop);
      EXPECT_FALSE(agreed->trace);
      EXPECT_EQ(agreed->waits.least, 0.5);
      EXPECT_EQ(agreed->waits.most, 2.5);
      EXPECT_EQ(agreed->waits.sum, 4.5);
      EXPECT_EQ(agreed->waits.ranks, 3);
      EXPECT_EQ(agreed->waits.slowest_rank, 0);
    }
  });
}

TEST(StepAgreement, FailureIsReturnedOnEveryRank) {
  OnRanks([](Communicator* communicator, StepAgreement* agreement) {
    const absl::Status mine =
        communicator->rank() == 1 ? absl::DataLossError("broken shard") : absl::OkStatus();
    const auto agreed = agreement->Agree(mine, {}, Progress(), -1);
    EXPECT_EQ(agreed.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(agreed.status().message()), HasSubstr("broken shard"));
  });
}

TEST(StepAgreement, DetectsARankWithOtherProgress) {
  OnRanks([](Communicator* communicator, StepAgreement* agreement) {
    Progress progress;
    progress.set_tokens(communicator->rank() == 2 ? 7 : 8);
    const auto agreed = agreement->Agree(absl::OkStatus(), {}, progress, -1);
    EXPECT_EQ(agreed.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(agreed.status().message()), HasSubstr("rank 2"));
  });
}

}  // namespace
}  // namespace elman
