#include "trainer/reporting/train_interval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "absl/strings/match.h"

namespace elman {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1000);

TEST(TrainInterval, RatesLeaveOutPauses) {
  PhaseClock clock;
  TrainInterval interval(&clock, /*peak=*/1000, kStart);
  // A classifier has fewer targets than tokens, and word vectors have more.
  interval.Add({.targets = 3, .step_tokens = 30, .multiplications = 400});
  interval.Add({.targets = 50, .step_tokens = 10, .multiplications = 100});
  interval.Pause(6);
  const absl::Time now = kStart + absl::Seconds(10);
  EXPECT_DOUBLE_EQ(interval.TokensPerSecond(now), 40 / 4.0);
  EXPECT_DOUBLE_EQ(*interval.Utilization(now), 500 * 6 / 4.0 / 1000);
  EXPECT_EQ(TrainInterval(&clock, /*peak=*/0, kStart).Utilization(now), std::nullopt);
}

// On a machine whose speed changes, each part of an interval is compared with the peak at that
// time.
TEST(TrainInterval, UtilizationFollowsThePeak) {
  PhaseClock clock;
  TrainInterval interval(&clock, /*peak=*/1000, kStart);
  interval.Add({.multiplications = 1000});
  interval.Pause(2);
  interval.SetPeak(3000, kStart + absl::Seconds(6));
  EXPECT_DOUBLE_EQ(*interval.Utilization(kStart + absl::Seconds(6)), 6000.0 / (4 * 1000));
  EXPECT_EQ(interval.peak(), 3000);
  interval.Add({.multiplications = 500});
  EXPECT_DOUBLE_EQ(*interval.Utilization(kStart + absl::Seconds(8)),
                   9000.0 / (4 * 1000 + 2 * 3000));
  interval.Restart(kStart + absl::Seconds(8));
  interval.Add({.multiplications = 500});
  EXPECT_DOUBLE_EQ(*interval.Utilization(kStart + absl::Seconds(9)), 3000.0 / 3000);
}

TEST(TrainInterval, RestartsAfterATrainLine) {
  PhaseClock clock;
  TrainInterval interval(&clock, /*peak=*/0, kStart);
  interval.Add({.step_tokens = 30,
                .bytes_sent = 700,
                .waits = {.least = 2, .most = 8, .sum = 14, .ranks = 3, .slowest_rank = 0}});
  interval.Pause(6);
  EXPECT_EQ(interval.bytes_sent(), 700);
  EXPECT_EQ(interval.Waits().ToString(),
            R"({"least": 2, "mean": 4.666666666666667, "most": 8, "slowest_rank": 0})");
  interval.Restart(kStart + absl::Seconds(20));
  interval.Add({.step_tokens = 8,
                .bytes_sent = 1000,
                .waits = {.least = 1, .most = 10, .sum = 13, .ranks = 3, .slowest_rank = 1}});
  EXPECT_DOUBLE_EQ(interval.TokensPerSecond(kStart + absl::Seconds(22)), 4);
  EXPECT_EQ(interval.bytes_sent(), 300);
  EXPECT_EQ(interval.Waits().ToString(),
            R"({"least": 1, "mean": 4.333333333333333, "most": 10, "slowest_rank": 1})");
}

TEST(TrainInterval, CountsThePhasesOfATrainLine) {
  PhaseClock clock;
  TrainInterval interval(&clock, /*peak=*/0, kStart);
  clock.Enter(Phase::kData);
  clock.Enter(Phase::kOther);
  EXPECT_FALSE(absl::StrContains(interval.PhaseSeconds().ToString(), "\"data\": 0,"));
  interval.Restart(kStart);
  EXPECT_EQ(
      interval.PhaseSeconds().ToString(),
      R"({"data": 0, "forward": 0, "backward": 0, "exchange": 0, "optimizer": 0, "wait": 0})");
}

}  // namespace
}  // namespace elman
