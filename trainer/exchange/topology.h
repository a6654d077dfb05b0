// Which ranks share memory, which lanes they compute, and which rank of a node sends and receives a
// slice for it.
//
// A node is a set of ranks that share memory. Without shared memory, every rank is a node of its
// own. Lanes are distributed in the order of nodes, so that a node has neighboring lanes however a
// launcher numbers the ranks.
//
// A slice of the parameters belongs to one rank, its owner. The slices of owners at the same place
// of their nodes are a column. On every node, one rank handles a column: it sums the node's
// gradients for the column, and sends and receives them and the new values. So all ranks of a node
// use the network equally.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/exchange/sum_tree.h"

namespace elman {

class Topology {
 public:
  // `node_of_rank` numbers the nodes from 0, in the order of their first ranks. Requires as many
  // lanes as ranks, or more.
  Topology(std::span<const int> node_of_rank, const SumTree& lanes);

  // The same ranks without shared memory.
  Topology WithoutSharedMemory() const;

  const SumTree& lane_tree() const { return lane_tree_; }
  int size() const { return static_cast<int>(node_of_rank_.size()); }
  int nodes() const { return static_cast<int>(ranks_.size()); }
  int node(int rank) const { return node_of_rank_[rank]; }
  int place(int rank) const { return place_[rank]; }  // position among the ranks of its node
  const std::vector<int>& ranks(int node) const { return ranks_[node]; }

  // Position of a rank when the ranks are ordered by nodes, and on a node by rank.
  int position(int rank) const { return position_[rank]; }
  LaneRange lanes(int rank) const { return lanes_[rank]; }

  int columns() const { return columns_; }  // ranks of the largest node
  // Returns the rank of `node` that handles a column.
  int Courier(int column, int node) const { return ranks_[node][column % ranks_[node].size()]; }
  // Returns the owner of the column's slice on `node`; -1 if the node has fewer ranks.
  int Owner(int column, int node) const {
    return column < std::ssize(ranks_[node]) ? ranks_[node][column] : -1;
  }

  // Bytes of shared memory that flat arrays of `size` floats take on the node that needs the most.
  int64_t SharedBytes(int64_t size) const;

  // The subtrees of lanes that a rank sums alone, and those that the ranks of a node sum together.
  const std::vector<LaneRange>& rank_subtrees(int rank) const { return rank_subtrees_[rank]; }
  const std::vector<LaneRange>& node_subtrees(int node) const { return node_subtrees_[node]; }
  // The lanes of the nodes [first, end).
  LaneRange LanesOfNodes(int first, int end) const;

 private:
  const SumTree lane_tree_;
  std::vector<int> node_of_rank_;
  std::vector<int> place_, position_;
  std::vector<LaneRange> lanes_;
  std::vector<std::vector<int>> ranks_;
  std::vector<std::vector<LaneRange>> rank_subtrees_, node_subtrees_;
  int columns_ = 0;
};

}  // namespace elman
