#include "data/format/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <clocale>
#include <cstdlib>
#include <limits>
#include <random>

namespace elman {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(NumberText, ReadsBackAsTheSameBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (number != number) continue;
    const std::string text = RoundTripText(number);
    ASSERT_EQ(std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)),
              std::bit_cast<uint64_t>(number))
        << text;
    const auto small = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (small != small) continue;
    ASSERT_EQ(std::bit_cast<uint32_t>(std::strtof(RoundTripText(small).c_str(), nullptr)),
              std::bit_cast<uint32_t>(small))
        << RoundTripText(small);
  }
  EXPECT_EQ(RoundTripText(0.1), "0.1");
  EXPECT_EQ(RoundTripText(0.1f), "0.1");
  EXPECT_EQ(RoundTripText(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(RoundTripText(-0.0), "-0");
}

TEST(NumberText, WritesNanWithoutASign) {
  for (const double number : {kNan, -kNan}) {
    EXPECT_EQ(RoundTripText(number), "nan");
    EXPECT_EQ(RoundTripText(static_cast<float>(number)), "nan");
    EXPECT_EQ(FixedText(number, 4), "nan");
    EXPECT_EQ(SignificantText(number, 4), "nan");
    EXPECT_EQ(RoundedText(number), "nan");
    EXPECT_EQ(ReadableText(number), "nan");
  }
  EXPECT_EQ(RoundTripText(kInfinity), "inf");
  EXPECT_EQ(RoundTripText(-kInfinity), "-inf");
  EXPECT_EQ(FixedText(-kInfinity, 2), "-inf");
  EXPECT_EQ(RoundedText(kInfinity), "inf");
}

TEST(NumberText, HasTheRequestedDigits) {
  EXPECT_EQ(FixedText(2.34567, 2), "2.35");
  EXPECT_EQ(FixedText(1796059421.4, 0), "1796059421");
  EXPECT_EQ(SignificantText(1234.567, 6), "1234.57");
  EXPECT_EQ(SignificantText(0.00001, 2), "1e-05");
}

// Times in seconds have ten digits before the point. Rounded like other numbers, they would be off
// by hours.
TEST(NumberText, FormatsTimes) {
  EXPECT_EQ(TimeText(1796059421.912), "2026-11-30 17:23:41 UTC");
  EXPECT_EQ(TimeText(0), "1970-01-01 00:00:00 UTC");
}

// A program that uses the locale of its user would write commas instead of points.
TEST(NumberText, DoesNotFollowTheLocale) {
  const char* const found = std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(RoundTripText(0.5), "0.5");
  EXPECT_EQ(FixedText(0.5, 2), "0.50");
  EXPECT_EQ(SignificantText(1e-7, 3), "1e-07");
  EXPECT_EQ(RoundedText(12345.678), "12346");
  if (found != nullptr) std::setlocale(LC_ALL, "C");
}

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

TEST(NumberText, ChoosesTheUnitOfBytes) {
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

TEST(NumberText, IsReadable) {
  EXPECT_EQ(ReadableText(0), "0");
  EXPECT_EQ(ReadableText(1234567), "1,234,567");
  EXPECT_EQ(ReadableText(-1234567), "-1,234,567");
  EXPECT_EQ(ReadableText(12345.6), "12,346");
  EXPECT_EQ(ReadableText(999.96), "999.96");
  EXPECT_EQ(ReadableText(-0.0012345678), "-0.0012346");
  EXPECT_EQ(ReadableText(0.93421, 3), "0.934");
  EXPECT_EQ(ReadableText(1e15), "1e+15");
  EXPECT_EQ(ReadableText(-kInfinity), "-inf");
}

TEST(NumberText, ShowsDurations) {
  EXPECT_EQ(DurationText(0), "0 s");
  EXPECT_EQ(DurationText(0.526), "0.53 s");
  EXPECT_EQ(DurationText(41.7), "42 s");
  EXPECT_EQ(DurationText(59.6), "1 min 0 s");
  EXPECT_EQ(DurationText(185), "3 min 5 s");
  EXPECT_EQ(DurationText(7680), "2 h 8 min");
  EXPECT_EQ(DurationText(90000), "1 d 1 h");
  EXPECT_EQ(DurationText(kNan), "nan s");
  EXPECT_EQ(DurationText(1e300), "1e+300 s");
}

}  // namespace
}  // namespace elman
