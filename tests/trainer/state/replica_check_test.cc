// Ranks with different values are detected and named, with the last step at which they agreed.
#include "trainer/state/replica_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "tests/trainer/loop/made_run.h"

namespace elman {
namespace {

using testing::HasSubstr;

// Corrupts a value as a defect would, at any time; other ranks may read it concurrently, which is
// not a bug.
[[gnu::no_sanitize_thread, gnu::noinline]] void FlipLowestBit(float* value) {
  *value = std::bit_cast<float>(std::bit_cast<uint32_t>(*value) ^ 1);
}

class ReplicaCheckTest : public MadeRun {
 protected:
  // Flips the lowest bit of one value on one rank after `after_step` steps.
  void FlipABit(int on_rank, int64_t after_step) {
    tamper_ = [=](int rank, std::span<float> values, Progress* progress) {
      if (rank != on_rank || progress->step() != after_step) return;
      FlipLowestBit(&values[17]);
    };
  }

  // Runs without shared memory, so that every rank has its own copy, and expects the ranks to
  // detect that they differ.
  void ExpectDivergence(int ranks, const std::string& words, bool shares_memory = false) {
    ends_with_ = absl::StatusCode::kDataLoss;
    Run(ranks, "diverging" + std::to_string(++runs_), 17, shares_memory);
    EXPECT_THAT(std::string(ended_.message()), HasSubstr(words));
  }

 private:
  int runs_ = 0;
};

TEST_F(ReplicaCheckTest, FindsAFlippedBitAndTheLastGoodStep) {
  overrides_ = {"compare_every_steps=4"};
  FlipABit(1, 8);
  ExpectDivergence(3, "at step 8: rank 1 on ");
  EXPECT_THAT(std::string(ended_.message()),
              HasSubstr("has other values of the parameters, unlike most ranks; all agreed "
                        "at step 4"));
}

TEST_F(ReplicaCheckTest, ComparesBeforeTheFirstStep) {
  FlipABit(0, 0);
  ExpectDivergence(3, "they have not agreed since this start");
}

TEST_F(ReplicaCheckTest, ComparesAfterEverySave) {
  overrides_ = {"compare_every_steps=1000", "checkpoint.every_steps=3"};
  FlipABit(2, 6);
  ExpectDivergence(3, "at step 6: rank 2");
  EXPECT_THAT(std::string(ended_.message()), HasSubstr("all agreed at step 3"));
}

TEST_F(ReplicaCheckTest, CannotTellWhichOfTwoRanksIsCorrect) {
  FlipABit(1, 0);
  ExpectDivergence(2, "it is unknown which are right");
}

TEST_F(ReplicaCheckTest, FindsRanksWithOtherProgress) {
  for (const bool shares_memory : {false, true}) {
    overrides_ = {"compare_every_steps=4"};
    tamper_ = [](int rank, std::span<float>, Progress* progress) {
      if (rank == 2 && progress->step() == 4) progress->set_tokens(progress->tokens() + 1);
    };
    ExpectDivergence(3, "rank 2 on ", shares_memory);
    EXPECT_THAT(std::string(ended_.message()), HasSubstr("has another position in the run"));
    overrides_ = {"compare_every_steps=0"};  // the step number is compared at every step
    tamper_ = [](int rank, std::span<float>, Progress* progress) {
      if (rank == 0 && progress->step() == 5) progress->set_step(6);
    };
    ExpectDivergence(3, "is at step 6, unlike most ranks", shares_memory);
  }
}

// The ranks of a node share a copy; each node has its own.
TEST_F(ReplicaCheckTest, NamesTheRanksOfANodeThatDiffers) {
  nodes_ = {0, 0, 0, 1};
  FlipABit(3, 5);
  overrides_ = {"compare_every_steps=5"};
  ExpectDivergence(4, "at step 5: rank 3 on ", /*shares_memory=*/true);
}

// A copy that all ranks share is not compared, and the run does not claim so.
TEST_F(ReplicaCheckTest, DoesNotCompareASharedCopy) {
  FlipABit(1, 0);
  Run(3, "shared", 17);
  EXPECT_EQ(std::string(ended_.message()), "");
}

TEST_F(ReplicaCheckTest, DoesNotChangeTheRun) {
  const std::string hash = Run(2, "compared", 17, /*shares_memory=*/false);
  overrides_ = {"compare_every_steps=1"};
  EXPECT_EQ(Run(3, "often", 17, /*shares_memory=*/false), hash);
  overrides_ = {"compare_every_steps=0", "watchdog_seconds=0"};
  EXPECT_EQ(Run(2, "never", 17, /*shares_memory=*/false), hash);
}

}  // namespace
}  // namespace elman
