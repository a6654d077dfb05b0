#include "trainer/exchange/lane_tree.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(LaneTreeTest, BlocksCoverAllLanesInOrder) {
  for (int lanes = 1; lanes <= 17; ++lanes) {
    for (int ranks = 1; ranks <= lanes; ++ranks) {
      int next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const LaneRange block = LanesOfRank(lanes, ranks, rank);
        EXPECT_EQ(block.first, next);
        EXPECT_GE(block.count(), lanes / ranks);
        EXPECT_LE(block.count(), lanes / ranks + 1);
        next = block.end;
      }
      EXPECT_EQ(next, lanes);
    }
  }
}

TEST(LaneTreeTest, MaximalSubtreesTileTheBlock) {
  for (int lanes = 1; lanes <= 17; ++lanes) {
    for (int first = 0; first < lanes; ++first) {
      for (int end = first + 1; end <= lanes; ++end) {
        int next = first;
        for (const LaneRange& subtree : MaximalSubtrees(lanes, {first, end})) {
          EXPECT_EQ(subtree.first, next);
          next = subtree.end;
        }
        EXPECT_EQ(next, end);
      }
    }
  }
}

TEST(LaneTreeTest, SplitsAtThePowerOfTwoBelow) {
  EXPECT_EQ(TreeSplit({0, 2}), 1);
  EXPECT_EQ(TreeSplit({0, 4}), 2);
  EXPECT_EQ(TreeSplit({0, 5}), 4);
  EXPECT_EQ(TreeSplit({4, 7}), 6);
  const std::vector<LaneRange> expected = {{1, 2}, {2, 4}, {4, 5}};
  EXPECT_EQ(MaximalSubtrees(6, {1, 5}), expected);
  EXPECT_EQ(MaximalSubtrees(4, {0, 4}), (std::vector<LaneRange>{{0, 4}}));
}

}  // namespace
}  // namespace elman
