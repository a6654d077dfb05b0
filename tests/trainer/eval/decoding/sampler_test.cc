#include "trainer/eval/decoding/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <vector>

namespace elman {
namespace {

// The logarithms of 0.4, 0.3, 0.2 and 0.1 in another order.
const std::vector<float> kLogits = {std::log(0.2f), std::log(0.4f), std::log(0.1f), std::log(0.3f)};

std::map<int32_t, int> Draws(const SamplingSpec& spec, int32_t banned, int count = 1000) {
  Sampler sampler(spec, banned);
  std::map<int32_t, int> draws;
  for (int i = 0; i < count; ++i) ++draws[sampler.Draw(kLogits, (i + 0.5) / count)];
  return draws;
}

TEST(SamplerTest, DrawsInProportion) {
  auto draws = Draws({}, -1);
  EXPECT_NEAR(draws[0], 200, 1);
  EXPECT_NEAR(draws[1], 400, 1);
  EXPECT_NEAR(draws[2], 100, 1);
  EXPECT_NEAR(draws[3], 300, 1);
}

TEST(SamplerTest, TemperatureZeroDrawsTheMostProbable) {
  EXPECT_EQ(Draws({.temperature = 0}, -1)[1], 1000);
}

TEST(SamplerTest, TemperatureSharpens) {
  auto draws = Draws({.temperature = 0.5}, -1);
  EXPECT_NEAR(draws[1], 1000 * 0.16 / 0.30, 2);
}

TEST(SamplerTest, NeverDrawsTheBannedToken) {
  auto draws = Draws({}, 1);
  EXPECT_EQ(draws.count(1), 0u);
  EXPECT_NEAR(draws[3], 500, 1);
}

TEST(SamplerTest, TopKAndTopPCutTheTail) {
  auto draws = Draws({.top_k = 2}, -1);
  EXPECT_EQ(draws.size(), 2u);
  EXPECT_NEAR(draws[1], 1000 * 4 / 7.0, 1);
  draws = Draws({.top_p = 0.65}, -1);
  EXPECT_EQ(draws.size(), 2u);
  draws = Draws({.top_p = 0.75}, -1);
  EXPECT_EQ(draws.size(), 3u);
  EXPECT_EQ(draws.count(2), 0u);
}

// Of 1,000 tokens, keeps the fewest most probable ones that reach p.
TEST(SamplerTest, TopPOfManyTokens) {
  std::vector<float> logits(1000);
  for (int i = 0; i < 1000; ++i) logits[(i * 37) % 1000] = -0.001f * static_cast<float>(i);
  double all = 0, kept = 0;
  for (int i = 0; i < 1000; ++i) all += std::exp(-0.001 * i);
  int count = 0;
  for (; kept < 0.6 * all; ++count) kept += std::exp(-0.001 * count);
  Sampler sampler({.top_p = 0.6}, -1);
  std::set<int32_t> drawn;
  for (int i = 0; i < 20000; ++i) drawn.insert(sampler.Draw(logits, i / 20000.0));
  EXPECT_EQ(static_cast<int>(drawn.size()), count);
  for (int i = 0; i < count; ++i) EXPECT_TRUE(drawn.contains((i * 37) % 1000)) << i;
}

TEST(SamplerTest, LargestRandomNumberDrawsAToken) {
  EXPECT_EQ(Sampler({}, -1).Draw(kLogits, std::nextafter(1.0, 0.0)), 3);
}

}  // namespace
}  // namespace elman
