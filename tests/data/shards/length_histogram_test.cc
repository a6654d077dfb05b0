#include "data/shards/length_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(LengthHistogramTest, HasBinsWithoutGaps) {
  EXPECT_EQ(LengthBin(1), 0);
  EXPECT_EQ(LengthBin(15), 14);
  EXPECT_EQ(LengthBin(16), LengthBin(17));
  EXPECT_EQ(LengthBin(31), 22);
  EXPECT_EQ(LengthBin(32), 23);
  EXPECT_EQ(LengthBin(uint64_t{1} << 22), 159);
  for (uint64_t length = 1; length < 5000; ++length) {
    const int bin = LengthBin(length);
    EXPECT_LE(FirstLengthOfBin(bin), length);
    EXPECT_GT(FirstLengthOfBin(bin + 1), length);
  }
}

TEST(LengthHistogramTest, AddsCountsAndFindsQuantiles) {
  LengthCounts counts, sums;
  EXPECT_EQ(LengthQuantile(counts, 0.5), 0u);
  for (uint64_t length = 1; length <= 10; ++length) CountLength(length, &counts);
  CountLength(3, &sums);
  AddLengths(counts, &sums);
  EXPECT_THAT(sums, testing::ElementsAre(1, 1, 2, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_EQ(ExamplesOf(sums), 11u);
  EXPECT_EQ(LengthQuantile(counts, 0), 1u);
  EXPECT_EQ(LengthQuantile(counts, 0.5), 5u);
  EXPECT_EQ(LengthQuantile(counts, 1), 10u);
}

}  // namespace
}  // namespace elman
