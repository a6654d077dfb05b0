#include "trainer/record/run/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(HeartbeatTest, SaysWhereTheRunIsAtMostOnceASecond) {
  Scratch scratch;
  scratch.Write("heartbeat", "step 12345678 of a run that was killed\n");
  {
    const auto heartbeat = *Heartbeat::Open(scratch.Path("heartbeat"));
    ASSERT_THAT(heartbeat->Beat(7, "training"), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 7 training\n");
    ASSERT_THAT(heartbeat->Beat(8, "validation"), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 7 training\n");
    absl::SleepFor(absl::Milliseconds(1010));
    ASSERT_THAT(heartbeat->Beat(9, "checkpoint"), IsOk());
    EXPECT_EQ(scratch.Read("heartbeat"), "step 9 checkpoint\n");
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

TEST(HeartbeatTest, WritesThroughNoLink) {
  Scratch scratch, elsewhere;
  std::filesystem::create_symlink(elsewhere.Write("precious", "text"), scratch.Path("heartbeat"));
  EXPECT_THAT(Heartbeat::Open(scratch.Path("heartbeat")),
              FailsWith(absl::StatusCode::kDataLoss, scratch.Path("heartbeat") + ": expected"));
  EXPECT_EQ(elsewhere.Read("precious"), "text");
}

}  // namespace
}  // namespace elman
