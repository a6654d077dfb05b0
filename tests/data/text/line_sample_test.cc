#include "data/text/line_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

std::vector<std::string> Sample(uint64_t max_bytes, int lines) {
  LineSample sample(max_bytes);
  for (int i = 0; i < lines; ++i) sample.Add(i, std::to_string(1'000'000 + i));
  return sample.Take();
}

TEST(LineSample, KeepsASmallCorpusWhole) {
  const std::vector<std::string> lines = Sample(1 << 20, 100);
  ASSERT_EQ(lines.size(), 100u);
  EXPECT_EQ(lines.front(), "1000000");
  EXPECT_EQ(lines.back(), "1000099");
}

TEST(LineSample, KeepsTheOrderAndTheLimitOfALargeCorpus) {
  const std::vector<std::string> lines = Sample(71 * 1000, 100'000);
  EXPECT_LE(lines.size(), 1000u);
  EXPECT_GE(lines.size(), 300u);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end()));
  // Samples are spread evenly over the corpus.
  const auto middle = std::lower_bound(lines.begin(), lines.end(), "1050000");
  const double first_half = static_cast<double>(middle - lines.begin()) / lines.size();
  EXPECT_GT(first_half, 0.4);
  EXPECT_LT(first_half, 0.6);
}

TEST(LineSample, DoesNotDependOnTheNumberOfParts) {
  LineSample parts[] = {LineSample(10'000), LineSample(10'000), LineSample(10'000)};
  for (int i = 4999; i >= 0; --i) parts[i * 7 % 3].Add(i, std::to_string(1'000'000 + i));
  parts[0].AddAll(parts[1]);
  ASSERT_TRUE(parts[0].AddSerialized(parts[2].Serialize()).ok());
  EXPECT_EQ(parts[0].lines_seen(), 5000u);
  EXPECT_EQ(parts[0].Take(), Sample(10'000, 5000));
  const std::string bytes = parts[2].Serialize();
  EXPECT_FALSE(parts[1].AddSerialized(std::string_view(bytes).substr(0, bytes.size() - 1)).ok());
}

TEST(LineSample, IsReproducible) { EXPECT_EQ(Sample(10'000, 5000), Sample(10'000, 5000)); }

}  // namespace
}  // namespace elman
