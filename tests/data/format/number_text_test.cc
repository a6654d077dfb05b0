#include "data/format/number_text.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(NumberText, GroupsDigits) {
  EXPECT_EQ(GroupedText(0), "0");
  EXPECT_EQ(GroupedText(999), "999");
  EXPECT_EQ(GroupedText(1000), "1,000");
  EXPECT_EQ(GroupedText(1234567), "1,234,567");
  EXPECT_EQ(GroupedText(~uint64_t{0}), "18,446,744,073,709,551,615");
}

TEST(NumberText, Counts) {
  EXPECT_EQ(CountText(0, "rank"), "0 ranks");
  EXPECT_EQ(CountText(1, "rank"), "1 rank");
  EXPECT_EQ(CountText(2, "rank"), "2 ranks");
}

TEST(NumberText, TakesTheUnitOfBytes) {
  EXPECT_EQ(ByteText(999), "1 kB");
  EXPECT_EQ(ByteText(28.4e3), "28 kB");
  EXPECT_EQ(ByteText(28.4e6), "28 MB");
  EXPECT_EQ(ByteText(2.84e9), "2.8 GB");
}

TEST(NumberText, ShowsHoursMinutesAndSeconds) {
  EXPECT_EQ(ClockText(9), "0:00:09");
  EXPECT_EQ(ClockText(3909), "1:05:09");
  EXPECT_EQ(ClockText(360000), "100:00:00");
}

TEST(NumberText, RoundsButNotWholeNumbers) {
  EXPECT_EQ(RoundedText(1234567), "1234567");
  EXPECT_EQ(RoundedText(-3), "-3");
  EXPECT_EQ(RoundedText(3.14159265), "3.1416");
  EXPECT_EQ(RoundedText(1e15), "1e+15");
}

TEST(NumberText, ScalesToThousandsAndMillions) {
  EXPECT_EQ(ScaledText(9999), "9999");
  EXPECT_EQ(ScaledText(12345), "12.35k");
  EXPECT_EQ(ScaledText(-1234567), "-1.235M");
  EXPECT_EQ(ScaledText(0.0012345), "0.001234");
}

}  // namespace
}  // namespace elman
