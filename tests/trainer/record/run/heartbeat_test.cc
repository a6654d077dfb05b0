#include "trainer/record/run/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(HeartbeatTest, WritesStepAndPhaseAtMostOncePerSecond) {
  Scratch scratch;
  scratch.Write("heartbeat", "step 12345678 of a run that was killed\n");
  {
    const auto heartbeat = *Heartbeat::Open(scratch.Path("heartbeat"));
    const absl::Time begin = absl::FromUnixSeconds(1000000);
    ASSERT_THAT(heartbeat->Beat(7, "training", begin), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 7 training\n");
    ASSERT_THAT(heartbeat->Beat(8, "validation", begin + absl::Milliseconds(999)), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 7 training\n");
    ASSERT_THAT(heartbeat->Beat(9, "checkpoint", begin + absl::Seconds(1)), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 9 checkpoint\n");
    ASSERT_THAT(heartbeat->Beat(10, "a clock set back", begin), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 10 a clock set back\n");
  }
  EXPECT_FALSE(FileExists(scratch.Path("heartbeat")));
}

TEST(HeartbeatTest, FailuresNameTheFile) {
  EXPECT_THAT(Heartbeat::Open("/no such folder/heartbeat"),
              FailsWith(absl::StatusCode::kNotFound, "/no such folder/heartbeat"));
  Scratch scratch;
  const auto heartbeat = *Heartbeat::Open(scratch.Path("heartbeat"));
  FillDiskOf(scratch.Path("heartbeat"));
  EXPECT_THAT(heartbeat->Beat(1, "training"),
              FailsWith(absl::StatusCode::kResourceExhausted, scratch.Path("heartbeat")));
}

TEST(HeartbeatTest, DoesNotFollowLinks) {
  Scratch scratch, elsewhere;
  std::filesystem::create_symlink(elsewhere.Write("precious", "text"), scratch.Path("heartbeat"));
  EXPECT_THAT(Heartbeat::Open(scratch.Path("heartbeat")),
              FailsWith(absl::StatusCode::kDataLoss, scratch.Path("heartbeat") + ": expected"));
  EXPECT_EQ(elsewhere.Read("precious"), "text");
}

}  // namespace
}  // namespace elman
