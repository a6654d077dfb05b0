#include "trainer/run/memory_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/trainer/run/prepared_runs.h"
#include "trainer/run/announcement.h"

namespace elman {
namespace {

using testing::StartsWith;

class MemoryEstimateTest : public PreparedRuns {
 protected:
  // Returns the estimates by rank.
  std::vector<MemoryEstimate> Estimates(int ranks, const std::vector<std::string>& overrides = {}) {
    std::vector<MemoryEstimate> estimates(ranks);
    OnRanks(ranks, overrides, [&](PreparedRun* run) {
      estimates[run->communicator->rank()] = EstimateMemory(*run);
      size_ = 4.0 * static_cast<double>(run->model->parameters().size());
    });
    return estimates;
  }

  double size_ = 0;  // size of a flat array in bytes
};

TEST_F(MemoryEstimateTest, CountsTheArraysOfAdam) {
  const MemoryEstimate one = Estimates(1)[0];
  EXPECT_EQ(one.values, size_);
  EXPECT_EQ(one.gradients, 3 * size_) << "a sum of four lanes, and one for each level below it";
  EXPECT_EQ(one.optimizer, 2 * size_);
  EXPECT_EQ(one.checkpoint, 3 * size_);
  EXPECT_EQ(Estimates(1, {"optimizer.kind=SGD"})[0].optimizer, 0);
}

TEST_F(MemoryEstimateTest, RanksShareTheMoments) {
  double optimizer = 0;
  for (const MemoryEstimate& rank : Estimates(3)) {
    EXPECT_EQ(rank.values, size_);
    optimizer += rank.optimizer;
  }
  EXPECT_EQ(optimizer, 2 * size_);
}

TEST_F(MemoryEstimateTest, GradientsMatchTheExchange) {
  for (const int ranks : {1, 2, 3, 4}) {
    for (const char* format : {"FLOAT32", "BF16"}) {
      OnRanks(ranks, {absl::StrCat("exchange.wire_format=", format)}, [&](PreparedRun* run) {
        const MemoryEstimate memory = EstimateMemory(*run);
        EXPECT_EQ(run->exchange, nullptr) << "an estimate takes no memory";
        PrepareExchange(run);
        // In shared memory, the first rank of a host has the values for all of them.
        const bool has_values = run->communicator->rank() == 0 || !run->exchange->shares_memory();
        EXPECT_EQ((memory.gradients + (has_values ? memory.values : 0)) / sizeof(float),
                  run->exchange->floats());
      });
    }
  }
}

TEST_F(MemoryEstimateTest, ReportsImbalanceFromATenthOfTheTime) {
  const auto text = [&](int ranks, const char* lanes, const char* batch_size) {
    std::string reported;
    OnRanks(ranks, {lanes, batch_size}, [&](PreparedRun* run) {
      if (run->communicator->rank() == 0) reported = ImbalanceText(*run);
    });
    return reported;
  };
  EXPECT_EQ(text(1, "lanes=4", "batch_size=6"), "");
  EXPECT_EQ(text(2, "lanes=2", "batch_size=20"), "");
  EXPECT_EQ(text(3, "lanes=3", "batch_size=32"), "") << "11 and 10";
  EXPECT_EQ(text(4, "lanes=4", "batch_size=6"),
            "of the 6 sequences of a step, some ranks have 2 and others 1: ranks wait 25 % of "
            "the time; batch_size=8 is shared evenly by 4 ranks");
  EXPECT_THAT(text(3, "lanes=4", "batch_size=8"), testing::HasSubstr("divides the 4 lanes"));
}

TEST_F(MemoryEstimateTest, RollbacksNeedASnapshot) {
  const MemoryEstimate back = Estimates(1, {"divergence.action=ROLL_BACK"})[0];
  EXPECT_EQ(back.optimizer, 2 * size_ + 3 * size_);
  EXPECT_EQ(back.checkpoint, 2 * 3 * size_);
}

TEST_F(MemoryEstimateTest, ActivationsGrowWithTheRowsOfALane) {
  const auto activations = [&](const char* batch_size) {
    return Estimates(1, {batch_size})[0].activations;
  };
  const double least = activations("batch_size=40"), more = activations("batch_size=80"),
               most = activations("batch_size=120");
  EXPECT_GT(more, least);
  EXPECT_DOUBLE_EQ(most - more, more - least);
}

TEST(MemoryEstimateText, IsInMegabytes) {
  const MemoryEstimate memory{
      .values = 1e6, .gradients = 2e6, .optimizer = 3e6, .activations = 4e6, .checkpoint = 5e6};
  EXPECT_EQ(memory.ToString(),
            "10 MB (parameters 1, gradients 2, optimizer 3, activations 4); rank 0 also 5 MB for "
            "checkpoints");
}

}  // namespace
}  // namespace elman
