#include "trainer/exchange/tree_reduction.h"

#include <gtest/gtest.h>

#include <mutex>

#include "tests/support/counting_communicator.h"
#include "trainer/comm/thread_group.h"

namespace elman {
namespace {

struct Number {
  double value = 0;
  int64_t count = 0;
  Number& operator+=(const Number& other) {
    value += other.value;
    count += other.count;
    return *this;
  }
};

// A number whose sum depends on the order of addition.
Number NumberOf(int item, int turn) {
  return {(item * 7919 % 13 - 6) * (item % 3 == 0 ? 1e16 : 0.1) + turn, 1};
}

Number TreeSumOf(const SumTree& tree, ItemRange node, int turn) {
  if (node.count() == 1) return NumberOf(node.first, turn);
  const int split = tree.Split(node);
  Number sum = TreeSumOf(tree, {node.first, split}, turn);
  return sum += TreeSumOf(tree, {split, node.end}, turn);
}

std::vector<int> Nodes(int nodes, int ranks) {
  std::vector<int> node_of_rank;
  for (int node = 0; node < nodes; ++node) node_of_rank.insert(node_of_rank.end(), ranks, node);
  return node_of_rank;
}

TEST(TreeReductionTest, SameBitsOnAnyNodes) {
  std::vector<std::vector<int>> topologies = {{0, 1, 0, 1}, {0, 0, 0, 1, 2, 2}, {0, 1, 1, 1, 2}};
  for (int nodes = 1; nodes <= 9; ++nodes) {
    topologies.push_back(Nodes(nodes, 1));
    topologies.push_back(Nodes(nodes, 3));
  }
  for (const auto& node_of_rank : topologies) {
    for (const int items : {static_cast<int>(node_of_rank.size()), 29}) {
      for (const bool shares_memory : {true, false}) {
        for (const auto order :
             {ReductionPlan::Order::kNearestFirst, ReductionPlan::Order::kFarthestFirst}) {
          const SumTree tree(items, 3);
          const auto rank_main = [&](Communicator* communicator) {
            const Topology topology(communicator->NodeOfRank(), tree);
            const auto items_of = [&](int rank) { return topology.lanes(rank); };
            TreeReduction<Number> reduction(communicator, topology,
                                            {.tree = tree,
                                             .items_of_rank = items_of,
                                             .order = order,
                                             .leader = ReductionPlan::Leader::kLast});
            for (int turn = 0; turn < 4; ++turn) {
              std::vector<Number> mine;
              const ItemRange own = items_of(communicator->rank());
              for (int item = own.first; item < own.end; ++item)
                mine.push_back(NumberOf(item, turn));
              const Number sum = reduction.Sum(mine);
              ASSERT_EQ(sum.value, TreeSumOf(tree, tree.root(), turn).value);
              ASSERT_EQ(sum.count, items);
            }
          };
          if (shares_memory) RunThreadGroup(node_of_rank, rank_main);
          if (!shares_memory)
            RunThreadGroup(static_cast<int>(node_of_rank.size()), rank_main, false);
        }
      }
    }
  }
}

// Ranks without items, as those whose slice of a small array is empty.
TEST(TreeReductionTest, RanksMayHaveNoItems) {
  const SumTree tree(3);
  RunThreadGroup(Nodes(3, 2), [&](Communicator* communicator) {
    const auto items_of = [](int rank) {
      return rank % 2 == 0 ? ItemRange{rank / 2, rank / 2 + 1} : ItemRange{};
    };
    TreeReduction<Number> reduction(communicator, Topology(communicator->NodeOfRank(), SumTree(6)),
                                    {.tree = tree, .items_of_rank = items_of});
    std::vector<Number> mine;
    if (communicator->rank() % 2 == 0) mine.push_back(NumberOf(communicator->rank() / 2, 0));
    EXPECT_EQ(reduction.Sum(mine).value, TreeSumOf(tree, tree.root(), 0).value);
  });
}

// The cost of a rank grows with the logarithm of the number of nodes, also if that is no power of
// two and the nodes have several lanes.
TEST(TreeReductionTest, SendsFewMessages) {
  for (const auto& [nodes, rounds] : {std::pair{64, 6}, {96, 7}, {100, 7}}) {
    std::mutex mutex;
    int64_t most_messages = 0, most_bytes = 0;
    RunThreadGroup(Nodes(nodes, 2), [&](Communicator* group) {
      CountingCommunicator communicator(group);
      const SumTree tree(6 * nodes, 6);
      const Topology topology(communicator.NodeOfRank(), tree);
      TreeReduction<Number> reduction(
          &communicator, topology,
          {.tree = tree, .items_of_rank = [&](int rank) { return topology.lanes(rank); }});
      communicator.Reset();
      reduction.Sum(std::vector<Number>(3));
      const std::lock_guard lock(mutex);
      most_messages = std::max(most_messages, communicator.messages());
      most_bytes = std::max(most_bytes, communicator.bytes());
    });
    EXPECT_EQ(most_messages, rounds);
    EXPECT_LE(most_bytes, 2 * rounds * int64_t{sizeof(Number)}) << nodes;
  }
}

}  // namespace
}  // namespace elman
