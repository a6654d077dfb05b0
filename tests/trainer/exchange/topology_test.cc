#include "trainer/exchange/topology.h"

#include <gtest/gtest.h>

#include <set>

namespace elman {
namespace {

using Lanes = std::vector<LaneRange>;

TEST(TopologyTest, NodeSumsTheSubtreesOfItsRanks) {
  const int nodes[] = {0, 0, 1, 1};
  const Topology topology(nodes, 8);
  EXPECT_EQ(topology.nodes(), 2);
  EXPECT_EQ(topology.rank_subtrees(1), (Lanes{{2, 4}}));
  EXPECT_EQ(topology.node_subtrees(0), (Lanes{{0, 4}}));
  EXPECT_EQ(topology.node_subtrees(1), (Lanes{{4, 8}}));
  EXPECT_EQ(topology.ranks(1), (std::vector<int>{2, 3}));
}

TEST(TopologyTest, RanksOfANodeNeedNotBeNeighbors) {
  const int nodes[] = {0, 1, 0, 1};
  const Topology topology(nodes, 4);
  EXPECT_EQ(topology.node_subtrees(0), (Lanes{{0, 1}, {2, 3}}));
  EXPECT_EQ(topology.node_subtrees(1), (Lanes{{1, 2}, {3, 4}}));
  EXPECT_EQ(topology.ranks(0), (std::vector<int>{0, 2}));
  EXPECT_EQ(topology.Courier(2, 1), 3);
  EXPECT_EQ(topology.Courier(2, 0), 2);
}

TEST(TopologyTest, EveryNodeHasOneCourierForASlice) {
  const int nodes[] = {0, 0, 0, 1, 2, 2};
  const Topology topology(nodes, 6);
  for (int owner = 0; owner < 6; ++owner) {
    for (int node = 0; node < 3; ++node) {
      const int courier = topology.Courier(owner, node);
      EXPECT_EQ(topology.node(courier), node);
      if (node == topology.node(owner)) {
        EXPECT_EQ(courier, owner);
      }
    }
  }
  // The couriers of a large node's slices are spread over the ranks of a smaller one.
  EXPECT_EQ(topology.Courier(0, 2), 4);
  EXPECT_EQ(topology.Courier(1, 2), 5);
  EXPECT_EQ(topology.Courier(2, 2), 4);
}

}  // namespace
}  // namespace elman
