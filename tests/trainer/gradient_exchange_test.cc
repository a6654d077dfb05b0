#include "trainer/gradient_exchange.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "trainer/comm/thread_group.h"
#include "trainer/math/random.h"
#include "trainer/math/sums.h"

namespace elman {
namespace {

// A lane's gradients: numbers whose sum depends on the order of addition.
float LaneGradient(int lane, int64_t i) {
  const float uniform = UniformFloat(RandomWord({3}, lane, 0, i)) - 0.5f;
  return uniform * (lane % 3 == 0 ? 1e4f : 1e-2f);
}

// The sum of the tree under `node`, by definition.
float TreeSumOfLanes(LaneRange node, int64_t i) {
  if (node.count() == 1) return LaneGradient(node.first, i);
  const int split = TreeSplit(node);
  return TreeSumOfLanes({node.first, split}, i) + TreeSumOfLanes({split, node.end}, i);
}

class GradientExchangeTest : public testing::TestWithParam<std::tuple<std::pair<int, int>, bool>> {
};

TEST_P(GradientExchangeTest, SumsTheTreeToTheBitOnAnyNumberOfRanks) {
  const auto [lanes, ranks] = std::get<0>(GetParam());
  const bool shares_memory = std::get<1>(GetParam());
  constexpr int64_t kSize = 3 * kSumBlock + 1234;
  double sum_of_squares = -1;
  std::mutex mutex;
  RunThreadGroup(
      ranks,
      [&, lanes = lanes](Communicator* communicator) {
        GradientExchange exchange(communicator, kSize, lanes);
        EXPECT_EQ(exchange.shares_memory(), shares_memory);
        const std::span<float> values = exchange.values();
        double squares = 0;
        // Twice: what a step leaves must not disturb the next.
        for (int step = 0; step < 2; ++step) {
          exchange.ComputeLanes([&](int lane, float* gradients) {
            for (int64_t i = 0; i < kSize; ++i) gradients[i] += LaneGradient(lane, i);
          });
          exchange.Reduce();
          squares = exchange.SumOfSquares();
          const auto summed = exchange.SummedGradients();
          ASSERT_EQ(static_cast<int64_t>(summed.size()), exchange.slice().size());
          std::ranges::copy(summed, values.begin() + exchange.slice().begin);
          exchange.ShareValues();
        }
        for (int64_t i = 0; i < kSize; ++i)
          ASSERT_EQ(values[i], TreeSumOfLanes({0, lanes}, i)) << i;
        const std::lock_guard lock(mutex);
        if (sum_of_squares < 0) sum_of_squares = squares;
        EXPECT_EQ(squares, sum_of_squares);
      },
      shares_memory);
  // The same by blocks, without an exchange.
  std::vector<double> blocks;
  for (int64_t first = 0; first < kSize; first += kSumBlock) {
    std::vector<float> block;
    for (int64_t i = first; i < std::min(kSize, first + kSumBlock); ++i)
      block.push_back(TreeSumOfLanes({0, lanes}, i));
    blocks.push_back(SumOfSquares(block));
  }
  EXPECT_EQ(sum_of_squares, TreeSum(blocks));
}

std::string CaseName(const testing::TestParamInfo<std::tuple<std::pair<int, int>, bool>>& info) {
  const auto& [sizes, shares_memory] = info.param;
  return std::to_string(sizes.first) + "Lanes" + std::to_string(sizes.second) + "Ranks" +
         (shares_memory ? "Shared" : "Messages");
}

INSTANTIATE_TEST_SUITE_P(
    LanesAndRanks, GradientExchangeTest,
    testing::Combine(testing::Values(std::pair(1, 1), std::pair(2, 1), std::pair(2, 2),
                                     std::pair(4, 1), std::pair(4, 2), std::pair(4, 3),
                                     std::pair(4, 4), std::pair(5, 2), std::pair(5, 3),
                                     std::pair(7, 4), std::pair(7, 5)),
                     testing::Bool()),
    CaseName);

TEST(GradientExchangeSliceTest, SlicesTileTheArrayOnBlocks) {
  for (const int64_t size : {int64_t{1}, kSumBlock, 5 * kSumBlock + 3, int64_t{100}}) {
    RunThreadGroup(3, [&](Communicator* communicator) {
      const GradientExchange exchange(communicator, size, 3);
      int64_t next = 0;
      for (int rank = 0; rank < 3; ++rank) {
        EXPECT_EQ(exchange.SliceOf(rank).begin, next);
        next = exchange.SliceOf(rank).end;
        EXPECT_TRUE(next % kSumBlock == 0 || next == size);
      }
      EXPECT_EQ(next, size);
    });
  }
}

}  // namespace
}  // namespace elman
