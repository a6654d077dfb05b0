#include "trainer/network/math/block_set.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "trainer/network/math/random.h"

namespace elman {
namespace {

using Runs = std::vector<std::pair<int64_t, int64_t>>;

Runs RunsOf(const BlockSet& blocks, int64_t begin, int64_t end) {
  Runs runs;
  blocks.ForEachRun(begin, end,
                    [&](int64_t first, int64_t count) { runs.emplace_back(first, count); });
  return runs;
}

TEST(BlockSetTest, WidensToBlocksAndJoinsNeighbors) {
  BlockSet blocks(10 * kBlock + 7);
  EXPECT_EQ(RunsOf(blocks, 0, blocks.elements()), Runs());
  blocks.Insert(3, 1);
  blocks.Insert(kBlock + 5, 2 * kBlock);
  blocks.Insert(10 * kBlock, 7);
  blocks.Insert(5 * kBlock, 0);
  EXPECT_EQ(RunsOf(blocks, 0, blocks.elements()), (Runs{{0, 4 * kBlock}, {10 * kBlock, 7}}));
  EXPECT_EQ(RunsOf(blocks, 2 * kBlock + 9, 4 * kBlock), (Runs{{2 * kBlock + 9, 2 * kBlock - 9}}));
  EXPECT_EQ(RunsOf(blocks, 4 * kBlock, 10 * kBlock + 2), (Runs{{10 * kBlock, 2}}));
  EXPECT_EQ(RunsOf(blocks, kBlock, kBlock), Runs());
  EXPECT_EQ(blocks.Count(0, blocks.elements()), 4 * kBlock + 7);
  EXPECT_EQ(blocks.Count(kBlock - 1, kBlock + 1), 2);
}

TEST(BlockSetTest, MatchesASetOfIndexes) {
  constexpr int64_t kBlocks = 300, kElements = kBlocks * kBlock - 100;
  for (uint64_t trial = 0; trial < 50; ++trial) {
    auto random = [&, i = uint64_t{0}](int64_t below) mutable {
      return static_cast<int64_t>(RandomWord({trial}, 0, 0, i++) % below);
    };
    BlockSet blocks(kElements), more(kElements);
    std::set<int64_t> expected;
    for (int i = 0; i < 12; ++i) {
      const int64_t first = random(kElements);
      const int64_t count =
          1 + random(std::min<int64_t>(kElements - first, 90 * kBlock) / (i + 1) + 1);
      const int64_t kept = std::min(count, kElements - first);
      (i % 2 == 0 ? blocks : more).Insert(first, kept);
      for (int64_t block = first / kBlock; block <= (first + kept - 1) / kBlock; ++block)
        expected.insert(block);
    }
    blocks.Insert(more);
    const int64_t begin = random(kElements), end = begin + random(kElements - begin);
    std::set<int64_t> seen;
    int64_t elements = 0, next = begin;
    blocks.ForEachRun(begin, end, [&](int64_t first, int64_t count) {
      EXPECT_GE(first, next);
      EXPECT_GT(count, 0);
      for (int64_t i = first; i < first + count; ++i) {
        ASSERT_TRUE(expected.contains(i / kBlock)) << i;
        seen.insert(i / kBlock);
      }
      elements += count;
      next = first + count + 1;  // runs are maximal
    });
    EXPECT_LE(next, end + 1);
    EXPECT_EQ(elements, blocks.Count(begin, end));
    for (const int64_t block : expected) {
      if (block >= begin / kBlock && block * kBlock < end && begin < end) {
        EXPECT_TRUE(seen.contains(block)) << block;
      }
    }
    blocks.Clear();
    EXPECT_EQ(blocks, BlockSet(kElements));
  }
}

}  // namespace
}  // namespace elman
