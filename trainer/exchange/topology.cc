#include "trainer/exchange/topology.h"

#include <algorithm>

namespace elman {

Topology::Topology(std::span<const int> node_of_rank, int lanes)
    : node_of_rank_(node_of_rank.begin(), node_of_rank.end()),
      ranks_(1 + *std::ranges::max_element(node_of_rank_)) {
  const int size = static_cast<int>(node_of_rank_.size());
  std::vector<std::vector<LaneRange>> blocks(ranks_.size());
  for (int rank = 0; rank < size; ++rank) {
    const LaneRange block = LanesOfRank(lanes, size, rank);
    place_.push_back(static_cast<int>(ranks_[node(rank)].size()));
    ranks_[node(rank)].push_back(rank);
    rank_subtrees_.push_back(MaximalSubtrees(lanes, block));
    blocks[node(rank)].push_back(block);
  }
  for (const auto& of_node : blocks) node_subtrees_.push_back(MaximalSubtrees(lanes, of_node));
}

int Topology::Courier(int owner, int node) const {
  if (node == this->node(owner)) return owner;
  return ranks_[node][place_[owner] % ranks_[node].size()];
}

int64_t Topology::SharedBytes(int64_t size) const {
  size_t most = 0;
  for (const auto& ranks : ranks_) {
    size_t arrays = 1;  // for the values
    for (const int rank : ranks) arrays += rank_subtrees_[rank].size();
    most = std::max(most, arrays);
  }
  return static_cast<int64_t>(most * sizeof(float)) * size;
}

}  // namespace elman
