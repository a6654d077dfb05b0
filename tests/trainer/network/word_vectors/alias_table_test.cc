#include "trainer/network/word_vectors/alias_table.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

namespace elman {
namespace {

TEST(AliasTableTest, DrawsInProportion) {
  for (const std::vector<double>& weights :
       {std::vector<double>{1}, {0, 2, 0}, {1, 1, 1}, {5, 0, 0.25, 100, 3, 3, 0.0001}}) {
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    const AliasTable table(weights);
    std::mt19937 engine(1);
    std::vector<int> drawn(weights.size());
    constexpr int kDraws = 200000;
    for (int i = 0; i < kDraws; ++i) ++drawn[table.Draw(engine(), engine())];
    for (size_t i = 0; i < weights.size(); ++i) {
      EXPECT_NEAR(drawn[i], kDraws * weights[i] / all, 0.005 * kDraws) << i;
      if (weights[i] == 0) {
        EXPECT_EQ(drawn[i], 0) << i;
      }
    }
  }
}

TEST(AliasTableTest, HandlesTheSmallestAndLargestRandomWords) {
  const AliasTable table(std::vector<double>{1, 3});
  for (const uint32_t which : {0u, ~0u}) {
    for (const uint32_t coin : {0u, ~0u}) {
      const int32_t drawn = table.Draw(which, coin);
      EXPECT_TRUE(drawn == 0 || drawn == 1);
    }
  }
}

}  // namespace
}  // namespace elman
