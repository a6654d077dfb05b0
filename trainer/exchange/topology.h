// Which ranks share memory, and which rank of a node sends and receives a slice for it.
//
// A node is a set of ranks that share memory. Without shared memory, every rank is a node of its
// own. A slice of the parameters belongs to one rank, its owner. On every other node one rank, the
// courier, sums that node's gradients for the slice, sends them to the owner and receives the new
// values. The courier has the same position on its node as the owner on its own, so that all ranks
// of a node use the network equally.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/exchange/lane_tree.h"

namespace elman {

class Topology {
 public:
  // `node_of_rank` numbers the nodes from 0, in the order of their first ranks.
  Topology(std::span<const int> node_of_rank, int lanes);

  int nodes() const { return static_cast<int>(ranks_.size()); }
  int node(int rank) const { return node_of_rank_[rank]; }
  const std::vector<int>& ranks(int node) const { return ranks_[node]; }

  // Returns the rank of `node` that handles the slice of `owner`: the owner itself on its own node.
  int Courier(int owner, int node) const;

  // Bytes of shared memory that flat arrays of `size` floats take on the node that needs the most.
  int64_t SharedBytes(int64_t size) const;

  // The subtrees of lanes that a rank sums alone, and those that the ranks of a node sum together.
  const std::vector<LaneRange>& rank_subtrees(int rank) const { return rank_subtrees_[rank]; }
  const std::vector<LaneRange>& node_subtrees(int node) const { return node_subtrees_[node]; }

 private:
  const std::vector<int> node_of_rank_;
  std::vector<int> place_;  // position of a rank among those of its node
  std::vector<std::vector<int>> ranks_;
  std::vector<std::vector<LaneRange>> rank_subtrees_, node_subtrees_;
};

}  // namespace elman
