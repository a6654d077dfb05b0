#include "trainer/exchange/gradient_exchange.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "trainer/comm/thread_group.h"
#include "trainer/network/math/random.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

constexpr int64_t kSize = 5 * kSumBlock + 1234;
// Elements before are a table; rows are touched by lanes.
constexpr int64_t kSparseEnd = 3 * kSumBlock;
constexpr int64_t kRow = 300;  // length of its rows

BlockSet Dense() {
  BlockSet dense(kSize);
  dense.Insert(kSparseEnd, kSize - kSparseEnd);
  return dense;
}

bool Touches(int lane, int step, int64_t i) {
  return i >= kSparseEnd || RandomWord({7}, lane, step, i / kRow) % 5 == 0;
}

// The gradients of a lane: numbers whose sum depends on the order of addition.
float LaneGradient(int lane, int step, int64_t i) {
  if (!Touches(lane, step, i)) return 0;
  const float uniform = UniformFloat(RandomWord({3}, lane, step, i)) - 0.5f;
  return uniform * (lane % 3 == 0 ? 1e4f : 1e-2f);
}

// The sum of the tree under `node`, by its definition.
float TreeSumOfLanes(LaneRange node, int step, int64_t i) {
  if (node.count() == 1) return LaneGradient(node.first, step, i);
  const int split = TreeSplit(node);
  return TreeSumOfLanes({node.first, split}, step, i) + TreeSumOfLanes({split, node.end}, step, i);
}

void Compute(int lane, int step, GradientArray* gradients) {
  for (int64_t i = 0; i < kSize; ++i) {
    if (i < kSparseEnd && i % kRow == 0 && Touches(lane, step, i))
      gradients->mutable_touched()->Insert(i, std::min(kRow, kSparseEnd - i));
    gradients->data()[i] += LaneGradient(lane, step, i);
  }
}

struct Case {
  const char* name;
  int lanes;
  std::vector<int> node_of_rank;
  bool shares_memory = true;
};

void PrintTo(const Case& a_case, std::ostream* out) { *out << a_case.name; }

class GradientExchangeTest
    : public testing::TestWithParam<std::tuple<Case, GradientExchange::Updates>> {};

TEST_P(GradientExchangeTest, SameBitsAsTheLaneTreeOnAnyNodes) {
  const auto& [a_case, updates] = GetParam();
  const int lanes = a_case.lanes;
  constexpr int kSteps = 3;  // more than one, because a step must not affect the next one
  std::vector<double> sums_of_squares(kSteps, -1);
  std::mutex mutex;
  const auto rank_main = [&, &a_case = a_case, updates = updates](Communicator* communicator) {
    GradientExchange exchange(communicator, Dense(), lanes, updates);
    EXPECT_EQ(exchange.shares_memory(), a_case.shares_memory);
    const std::span<float> values = exchange.values();
    if (communicator->rank() == 0) std::ranges::fill(values, 0.5f);
    exchange.BroadcastValues();
    std::vector<float> expected(kSize, 0.5f);
    for (int step = 0; step < kSteps; ++step) {
      exchange.ComputeLanes(
          [&](int lane, GradientArray* gradients) { Compute(lane, step, gradients); });
      exchange.Reduce();
      const double squares = exchange.SumOfSquares();
      const auto summed = exchange.SummedGradients();
      const GradientExchange::Slice slice = exchange.slice();
      ASSERT_EQ(static_cast<int64_t>(summed.size()), slice.size());
      // Updates only elements that were reported to the exchange.
      for (int64_t i = slice.begin; i < slice.end; ++i)
        values[i] +=
            summed[i - slice.begin] + (updates == GradientExchange::Updates::kAll ? 0.25f : 0.0f);
      exchange.ShareValues();
      for (int64_t i = 0; i < kSize; ++i) {
        expected[i] += TreeSumOfLanes({0, lanes}, step, i) +
                       (updates == GradientExchange::Updates::kAll ? 0.25f : 0.0f);
        ASSERT_EQ(values[i], expected[i]) << "step " << step << ", element " << i;
      }
      const std::lock_guard lock(mutex);
      if (sums_of_squares[step] < 0) sums_of_squares[step] = squares;
      EXPECT_EQ(squares, sums_of_squares[step]);
    }
  };
  if (a_case.shares_memory) RunThreadGroup(a_case.node_of_rank, rank_main);
  if (!a_case.shares_memory)
    RunThreadGroup(static_cast<int>(a_case.node_of_rank.size()), rank_main, false);

  // The same for each block, without an exchange.
  for (int step = 0; step < kSteps; ++step) {
    std::vector<double> blocks;
    for (int64_t first = 0; first < kSize; first += kSumBlock) {
      std::vector<float> block;
      for (int64_t i = first; i < std::min(kSize, first + kSumBlock); ++i)
        block.push_back(TreeSumOfLanes({0, lanes}, step, i));
      blocks.push_back(SumOfSquares(block));
    }
    EXPECT_EQ(sums_of_squares[step], TreeSum(blocks));
  }
}

const Case kCases[] = {
    {"OneRank", 1, {0}},
    {"TwoLanesOnOneRank", 2, {0}},
    {"FourLanesOnOneRank", 4, {0}},
    {"TwoRanks", 2, {0, 0}},
    {"ThreeRanksUneven", 4, {0, 0, 0}},
    {"FourRanks", 4, {0, 0, 0, 0}},
    {"FiveRanksOfSevenLanes", 7, {0, 0, 0, 0, 0}},
    {"TwoNodes", 2, {0, 1}},
    {"TwoNodesOfTwo", 4, {0, 0, 1, 1}},
    {"TwoNodesInTurn", 4, {0, 1, 0, 1}},
    {"UnevenNodes", 6, {0, 0, 0, 1, 2, 2}},
    {"UnevenNodesUnevenLanes", 7, {0, 1, 1, 1}},
    {"ThreeNodesOfManyLanes", 11, {0, 1, 2, 2}},
    {"NoSharedMemory", 5, {0, 0, 0}, false},
    {"NoSharedMemoryTwoRanks", 4, {0, 0}, false},
    {"NoSharedMemoryOneRank", 3, {0}, false},
};

std::string CaseName(
    const testing::TestParamInfo<std::tuple<Case, GradientExchange::Updates>>& info) {
  const bool all = std::get<1>(info.param) == GradientExchange::Updates::kAll;
  return std::string(std::get<0>(info.param).name) + (all ? "UpdatesAll" : "UpdatesTouched");
}

INSTANTIATE_TEST_SUITE_P(Topologies, GradientExchangeTest,
                         testing::Combine(testing::ValuesIn(kCases),
                                          testing::Values(GradientExchange::Updates::kAll,
                                                          GradientExchange::Updates::kTouched)),
                         CaseName);

// Two nodes send each other half of the touched gradients, and the same of the values.
TEST(GradientExchangeBytesTest, SendsOnlyTouchedBlocks) {
  BlockSet dense(kSize);
  dense.Insert(kSparseEnd, kSize - kSparseEnd);
  for (const bool sparse : {true, false}) {
    BlockSet always(kSize);
    always.Insert(sparse ? kSparseEnd : 0, sparse ? kSize - kSparseEnd : kSize);
    std::mutex mutex;
    int64_t bytes = 0, touched = 0;
    RunThreadGroup(std::vector<int>{0, 0, 1, 1}, [&](Communicator* communicator) {
      GradientExchange exchange(communicator, always, 4, GradientExchange::Updates::kTouched);
      exchange.ComputeLanes(
          [&](int lane, GradientArray* gradients) { Compute(lane, 0, gradients); });
      exchange.Reduce();
      exchange.ShareValues();
      const std::lock_guard lock(mutex);
      bytes += exchange.bytes_sent();
      touched = exchange.touched().Count(0, kSize);
    });
    // Each of n nodes sends 2 (n - 1) / n of it.
    const int64_t bound = 2 * kSize * int64_t{sizeof(float)};
    if (sparse) {
      EXPECT_LE(bytes, 2 * touched * int64_t{sizeof(float)});
      EXPECT_LT(bytes, bound * 9 / 10);
    } else {
      EXPECT_EQ(bytes, bound);
    }
  }
}

// Rounding errors do not accumulate: after many steps the values are as close to the exact ones as
// one rounding of the last changes allows, and the same on every rank; half of the bytes are sent.
TEST(GradientExchangeRoundingTest, ErrorFeedbackCorrectsRounding) {
  constexpr int kSteps = 40, kLanes = 5;
  std::mutex mutex;
  std::vector<float> first;
  int64_t bytes = 0, exact_bytes = 0;
  for (const WireFormat format : {WireFormat::kFloat32, WireFormat::kBf16}) {
    RunThreadGroup(std::vector<int>{0, 0, 1, 2}, [&](Communicator* communicator) {
      GradientExchange exchange(communicator, Dense(), kLanes, GradientExchange::Updates::kTouched,
                                format);
      if (communicator->rank() == 0) std::ranges::fill(exchange.values(), 3.0f);
      exchange.BroadcastValues();
      const int64_t begun = exchange.bytes_sent();
      for (int step = 0; step < kSteps; ++step) {
        exchange.ComputeLanes([&](int lane, GradientArray* gradients) {
          gradients->mutable_touched()->Insert(0, kRow);
          for (int64_t i = 0; i < kSize; ++i) {
            if (i < kRow || i >= kSparseEnd)
              gradients->data()[i] += 1e-3f * static_cast<float>(1 + lane + i % 7);
          }
        });
        exchange.Reduce();
        const auto summed = exchange.SummedGradients();
        for (size_t i = 0; i < summed.size(); ++i) exchange.own_values()[i] += summed[i];
        exchange.ShareValues();
      }
      const std::span<const float> values = exchange.values();
      for (int64_t i = 0; i < kSize; ++i) {
        const bool touched = i < kRow || i >= kSparseEnd;
        const float change = touched ? 1e-3f * static_cast<float>(15 + 5 * (i % 7)) : 0;
        // The error is one rounding of each node's last sum, and one of the last change.
        ASSERT_NEAR(values[i], 3 + kSteps * change, 5 * change / 256 + 1e-5f) << i;
      }
      const std::lock_guard lock(mutex);
      (format == WireFormat::kBf16 ? bytes : exact_bytes) += exchange.bytes_sent() - begun;
      if (format != WireFormat::kBf16) return;
      if (first.empty()) first.assign(values.begin(), values.end());
      EXPECT_TRUE(std::ranges::equal(first, values));
    });
  }
  EXPECT_EQ(2 * bytes, exact_bytes);
}

TEST(GradientExchangeSliceTest, SlicesTileTheArrayOnBlocks) {
  for (const int64_t size : {int64_t{1}, kSumBlock, 5 * kSumBlock + 3, int64_t{100}}) {
    BlockSet dense(size);
    dense.Insert(size / 2, size - size / 2);
    for (const auto updates :
         {GradientExchange::Updates::kAll, GradientExchange::Updates::kTouched}) {
      RunThreadGroup(3, [&](Communicator* communicator) {
        const GradientExchange exchange(communicator, dense, 3, updates);
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
}

// A rank whose part of the array is used twice as often gets half as many elements.
TEST(GradientExchangeSliceTest, SlicesHaveEqualWork) {
  constexpr int64_t kBlocks = 30;
  BlockSet dense(kBlocks * kSumBlock);
  dense.Insert(0, 2 * kSumBlock);
  std::vector<double> use(kBlocks, 0.25);
  std::fill(use.begin() + 16, use.end(), 0.5);
  // 2 dense blocks, 14 with use 1/4 and 14 with use 1/2: a total work of 12.5.
  RunThreadGroup(2, [&](Communicator* communicator) {
    const GradientExchange exchange(communicator, dense, 2, GradientExchange::Updates::kTouched,
                                    WireFormat::kFloat32, use);
    EXPECT_EQ(exchange.SliceOf(0).end, 18 * kSumBlock);
    const GradientExchange all(communicator, dense, 2, GradientExchange::Updates::kAll,
                               WireFormat::kFloat32, use);
    EXPECT_EQ(all.SliceOf(0).end, 15 * kSumBlock);
  });
}

}  // namespace
}  // namespace elman
