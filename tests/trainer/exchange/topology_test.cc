#include "trainer/exchange/topology.h"

#include <gtest/gtest.h>

#include <set>

namespace elman {
namespace {

using Lanes = std::vector<LaneRange>;

TEST(TopologyTest, NodeSumsTheSubtreesOfItsRanks) {
  const int nodes[] = {0, 0, 1, 1};
  const Topology topology(nodes, SumTree(8));
  EXPECT_EQ(topology.nodes(), 2);
  EXPECT_EQ(topology.rank_subtrees(1), (Lanes{{2, 4}}));
  EXPECT_EQ(topology.node_subtrees(0), (Lanes{{0, 4}}));
  EXPECT_EQ(topology.node_subtrees(1), (Lanes{{4, 8}}));
  EXPECT_EQ(topology.ranks(1), (std::vector<int>{2, 3}));
  EXPECT_EQ(topology.LanesOfNodes(0, 2), (LaneRange{0, 8}));
}

// Hosts often have numbers of cores that are no powers of two.
TEST(TopologyTest, NodesOfWholeGroupsSendOneSum) {
  for (const int ranks : {6, 7, 9, 12}) {
    std::vector<int> nodes;
    for (int node = 0; node < 5; ++node) nodes.insert(nodes.end(), ranks, node);
    const Topology grouped(nodes, SumTree(5 * ranks, ranks)), plain(nodes, SumTree(5 * ranks));
    size_t most = 0;
    for (int node = 0; node < 5; ++node) {
      EXPECT_EQ(grouped.node_subtrees(node).size(), 1u);
      most = std::max(most, plain.node_subtrees(node).size());
    }
    EXPECT_GT(most, 1u);
  }
}

// A launcher may distribute ranks in turn; the lanes of a node are neighbors nevertheless.
TEST(TopologyTest, RanksOfANodeNeedNotBeNeighbors) {
  const int nodes[] = {0, 1, 0, 1};
  const Topology topology(nodes, SumTree(4));
  EXPECT_EQ(topology.lanes(2), (LaneRange{1, 2}));
  EXPECT_EQ(topology.lanes(1), (LaneRange{2, 3}));
  EXPECT_EQ(topology.node_subtrees(0), (Lanes{{0, 2}}));
  EXPECT_EQ(topology.node_subtrees(1), (Lanes{{2, 4}}));
  EXPECT_EQ(topology.ranks(0), (std::vector<int>{0, 2}));
  EXPECT_EQ(topology.place(3), 1);
  EXPECT_EQ(topology.position(1), 2);
  const Topology alone = topology.WithoutSharedMemory();
  EXPECT_EQ(alone.nodes(), 4);
  EXPECT_EQ(alone.lanes(1), (LaneRange{1, 2}));
}

TEST(TopologyTest, EveryNodeHasOneCourierForAColumn) {
  const int nodes[] = {0, 0, 0, 1, 2, 2};
  const Topology topology(nodes, SumTree(6));
  EXPECT_EQ(topology.columns(), 3);
  std::set<int> owners;
  for (int column = 0; column < 3; ++column) {
    for (int node = 0; node < 3; ++node) {
      EXPECT_EQ(topology.node(topology.Courier(column, node)), node);
      const int owner = topology.Owner(column, node);
      if (owner < 0) continue;
      EXPECT_EQ(owner, topology.Courier(column, node));
      EXPECT_TRUE(owners.insert(owner).second);
    }
  }
  EXPECT_EQ(owners.size(), 6u);
  // The columns of a large node are spread over the ranks of a smaller one.
  EXPECT_EQ(topology.Courier(0, 2), 4);
  EXPECT_EQ(topology.Courier(1, 2), 5);
  EXPECT_EQ(topology.Courier(2, 2), 4);
}

}  // namespace
}  // namespace elman
