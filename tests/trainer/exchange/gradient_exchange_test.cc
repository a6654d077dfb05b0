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
float TreeSumOfLanes(const SumTree& tree, LaneRange node, int step, int64_t i) {
  if (node.count() == 1) return LaneGradient(node.first, step, i);
  const int split = tree.Split(node);
  return TreeSumOfLanes(tree, {node.first, split}, step, i) +
         TreeSumOfLanes(tree, {split, node.end}, step, i);
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
  int group = 1;
};

// A plan for the ranks of the communicator.
ExchangePlan PlanFor(Communicator* communicator, const BlockSet& dense, const SumTree& tree,
                     const ExchangePlan::Options& options) {
  return ExchangePlan(Topology(communicator->NodeOfRank(), tree), dense, options);
}

// `nodes` nodes of `ranks` ranks.
std::vector<int> Nodes(int nodes, int ranks) {
  std::vector<int> node_of_rank;
  for (int node = 0; node < nodes; ++node) node_of_rank.insert(node_of_rank.end(), ranks, node);
  return node_of_rank;
}

void PrintTo(const Case& a_case, std::ostream* out) { *out << a_case.name; }

class GradientExchangeTest
    : public testing::TestWithParam<std::tuple<Case, GradientExchange::Updates>> {};

TEST_P(GradientExchangeTest, SameBitsAsTheLaneTreeOnAnyNodes) {
  const auto& [a_case, updates] = GetParam();
  const SumTree tree(a_case.lanes, a_case.group);
  constexpr int kSteps = 3;  // more than one, because a step must not affect the next one
  std::vector<double> sums_of_squares(kSteps, -1);
  std::mutex mutex;
  const auto rank_main = [&, &a_case = a_case, updates = updates](Communicator* communicator) {
    GradientExchange exchange(communicator,
                              PlanFor(communicator, Dense(), tree, {.updates = updates}));
    EXPECT_EQ(exchange.shares_memory(), a_case.shares_memory);
    const std::span<float> values = exchange.values();
    if (communicator->rank() == 0) std::ranges::fill(values, 0.5f);
    exchange.BroadcastValues();
    std::vector<float> expected(kSize, 0.5f);
    for (int step = 0; step < kSteps; ++step) {
      exchange.ComputeLanes(
          step, [&](int lane, GradientArray* gradients) { Compute(lane, step, gradients); });
      exchange.Reduce(step);
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
        expected[i] += TreeSumOfLanes(tree, tree.root(), step, i) +
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
        block.push_back(TreeSumOfLanes(tree, tree.root(), step, i));
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
    {"FiveNodes", 5, Nodes(5, 1)},
    {"SixNodesOfTwo", 12, Nodes(6, 2)},
    {"SevenNodesOfThreeInGroups", 21, Nodes(7, 3), true, 3},
    {"SevenNodesOfThreeWithoutGroups", 21, Nodes(7, 3)},
    {"EightNodesOfThreeWithTwoGroupsEach", 48, Nodes(8, 3), true, 3},
    {"NineNodesInLargerGroups", 18, Nodes(9, 1), true, 6},
    {"ElevenNodesOfFewAndManyRanks", 22, {0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10}, true, 2},
    {"SixteenNodesInTurn", 32,
     [] {
       std::vector<int> in_turn = Nodes(2, 16);
       for (int rank = 0; rank < 32; ++rank) in_turn[rank] = rank % 16;
       return in_turn;
     }(),
     true, 2},
    {"NoSharedMemorySevenRanks", 7, Nodes(7, 1), false},
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
      GradientExchange exchange(communicator,
                                PlanFor(communicator, always, SumTree(4),
                                        {.updates = GradientExchange::Updates::kTouched}));
      exchange.ComputeLanes(
          0, [&](int lane, GradientArray* gradients) { Compute(lane, 0, gradients); });
      exchange.Reduce(0);
      const auto slice = exchange.slice();
      const int64_t touched_here = exchange.touched().Count(slice.begin, slice.end);
      exchange.ShareValues();
      const std::lock_guard lock(mutex);
      bytes += exchange.bytes_sent();
      touched += touched_here;
    });
    // Each of n nodes sends 2 (n - 1) / n of it.
    const int64_t bound = 2 * kSize * int64_t{sizeof(float)};
    if (sparse) {
      EXPECT_LE(bytes, 2 * (touched * int64_t{sizeof(float)} + 8 * (kSize / kSumBlock + 1)));
      EXPECT_LT(bytes, bound * 9 / 10);
    } else {
      EXPECT_EQ(bytes, bound);
    }
  }
}

constexpr int kRoundedLanes = 12, kRoundedGroup = 3;

// Trains with sums that are rounded to bf16. Returns the values after each step, which are the same
// on every rank, and adds the bytes that all ranks send.
std::vector<std::vector<float>> RoundedSteps(const std::vector<int>& node_of_rank, int steps,
                                             WireFormat format, GradientExchange::Updates updates,
                                             int64_t* bytes) {
  std::mutex mutex;
  std::vector<std::vector<float>> values_of_step(steps);
  RunThreadGroup(node_of_rank, [&](Communicator* communicator) {
    GradientExchange exchange(communicator,
                              PlanFor(communicator, Dense(), SumTree(kRoundedLanes, kRoundedGroup),
                                      {.updates = updates, .format = format, .rounding_seed = 5}));
    if (communicator->rank() == 0) std::ranges::fill(exchange.values(), 3.0f);
    exchange.BroadcastValues();
    const int64_t before = exchange.bytes_sent();
    for (int step = 0; step < steps; ++step) {
      exchange.ComputeLanes(step, [&](int lane, GradientArray* gradients) {
        gradients->mutable_touched()->Insert(0, kRow);
        for (int64_t i = 0; i < kSize; ++i) {
          if (i < kRow || i >= kSparseEnd)
            gradients->data()[i] += 1e-3f * static_cast<float>(1 + lane + i % 7);
        }
      });
      exchange.Reduce(step);
      const auto summed = exchange.SummedGradients();
      for (size_t i = 0; i < summed.size(); ++i) exchange.own_values()[i] += summed[i];
      exchange.ShareValues();
      const std::lock_guard lock(mutex);
      std::vector<float>& values = values_of_step[step];
      if (values.empty()) values.assign(exchange.values().begin(), exchange.values().end());
      EXPECT_TRUE(std::ranges::equal(values, exchange.values()));
    }
    const std::lock_guard lock(mutex);
    *bytes += exchange.bytes_sent() - before;
  });
  return values_of_step;
}

// Rounding is unbiased: after many steps the values are near the exact ones. Half of the bytes are
// sent.
TEST(GradientExchangeRoundingTest, SumsAreRightOnAverage) {
  constexpr int kSteps = 200;
  const std::vector<int> nodes = Nodes(4, 3);
  int64_t bytes = 0, exact_bytes = 0;
  const auto rounded =
      RoundedSteps(nodes, kSteps, WireFormat::kBf16, GradientExchange::Updates::kTouched, &bytes);
  RoundedSteps(nodes, kSteps, WireFormat::kFloat32, GradientExchange::Updates::kTouched,
               &exact_bytes);
  const std::vector<float>& values = rounded.back();
  double worst = 0, sum = 0;
  for (int64_t i = 0; i < kSize; ++i) {
    const bool touched = i < kRow || i >= kSparseEnd;
    const double change = touched ? kSteps * 1e-3 * static_cast<double>(78 + 12 * (i % 7)) : 0;
    const double error = values[i] - 3 - change;
    if (!touched) {
      ASSERT_EQ(error, 0) << i;
    }
    worst = std::max(worst, std::abs(error));
    sum += error;
  }
  // The changes of a step are up to 0.15, their unit in the last place 2^-10.
  EXPECT_LT(worst, 0.15);
  EXPECT_GT(worst, 1e-4);  // it does round
  EXPECT_LT(std::abs(sum / kSize), 1e-3);
  EXPECT_NEAR(static_cast<double>(bytes) / static_cast<double>(exact_bytes), 0.5, 0.01);
}

TEST(GradientExchangeRoundingTest, SameBitsOnAnyNodes) {
  constexpr int kSteps = 3;
  const std::vector<std::vector<int>> topologies = {
      {0},         Nodes(1, 4), Nodes(2, 1), Nodes(2, 3),           Nodes(4, 1),
      Nodes(4, 3), Nodes(5, 1), Nodes(6, 2), {0, 0, 0, 1, 1, 2, 3}, Nodes(12, 1)};
  for (const auto updates :
       {GradientExchange::Updates::kAll, GradientExchange::Updates::kTouched}) {
    std::vector<std::vector<float>> first;
    for (const std::vector<int>& nodes : topologies) {
      int64_t bytes = 0;
      auto values = RoundedSteps(nodes, kSteps, WireFormat::kBf16, updates, &bytes);
      if (first.empty()) first = std::move(values);
      if (!values.empty()) {
        EXPECT_EQ(first, values) << nodes.size();
      }
    }
  }
}

TEST(ExchangePlanTest, FloatsAreThoseOfTheExchange) {
  for (const WireFormat format : {WireFormat::kFloat32, WireFormat::kBf16}) {
    for (const auto& nodes : {Nodes(1, 3), Nodes(2, 3), Nodes(7, 2), {0, 0, 1, 2, 3, 4, 5}}) {
      RunThreadGroup(nodes, [&](Communicator* communicator) {
        const ExchangePlan plan =
            PlanFor(communicator, Dense(), SumTree(24, 3), {.format = format});
        const GradientExchange exchange(communicator, plan);
        const int me = communicator->rank();
        const bool holds_values = plan.topology().place(me) == 0;
        EXPECT_EQ(exchange.floats(),
                  GradientExchange::GradientFloats(plan, me) + (holds_values ? kSize : 0));
      });
    }
  }
}

TEST(GradientExchangeSliceTest, SlicesTileTheArrayOnBlocks) {
  for (const int64_t size : {int64_t{1}, kSumBlock, 5 * kSumBlock + 3, int64_t{100}}) {
    BlockSet dense(size);
    dense.Insert(size / 2, size - size / 2);
    for (const auto updates :
         {GradientExchange::Updates::kAll, GradientExchange::Updates::kTouched}) {
      RunThreadGroup(3, [&](Communicator* communicator) {
        const GradientExchange exchange(
            communicator, PlanFor(communicator, dense, SumTree(3), {.updates = updates}));
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
    const auto end_of_first = [&](GradientExchange::Updates updates) {
      return PlanFor(communicator, dense, SumTree(2), {.updates = updates, .expected_use = use})
          .SliceOf(0)
          .end;
    };
    EXPECT_EQ(end_of_first(GradientExchange::Updates::kTouched), 18 * kSumBlock);
    EXPECT_EQ(end_of_first(GradientExchange::Updates::kAll), 15 * kSumBlock);
  });
}

}  // namespace
}  // namespace elman
