#include "trainer/exchange/topology.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {

Topology::Topology(std::span<const int> node_of_rank, const SumTree& lanes)
    : lane_tree_(lanes),
      node_of_rank_(node_of_rank.begin(), node_of_rank.end()),
      place_(node_of_rank.size()),
      position_(node_of_rank.size()),
      lanes_(node_of_rank.size()),
      ranks_(1 + *std::ranges::max_element(node_of_rank_)),
      rank_subtrees_(node_of_rank.size()) {
  CHECK_LE(size(), lanes.items());
  for (int rank = 0; rank < size(); ++rank) {
    place_[rank] = static_cast<int>(ranks_[node(rank)].size());
    ranks_[node(rank)].push_back(rank);
  }
  int position = 0;
  for (const std::vector<int>& of_node : ranks_) {
    columns_ = std::max(columns_, static_cast<int>(of_node.size()));
    std::vector<LaneRange> blocks;
    for (const int rank : of_node) {
      lanes_[rank] = PartOfItems(lanes.items(), size(), position);
      rank_subtrees_[rank] = lanes.MaximalSubtrees(lanes_[rank]);
      blocks.push_back(lanes_[rank]);
      position_[rank] = position++;
    }
    node_subtrees_.push_back(lanes.MaximalSubtrees(blocks));
  }
}

Topology Topology::WithoutSharedMemory() const {
  std::vector<int> alone(node_of_rank_.size());
  std::iota(alone.begin(), alone.end(), 0);
  return Topology(alone, lane_tree_);
}

LaneRange Topology::LanesOfNodes(int first, int end) const {
  return {lanes_[ranks_[first].front()].first, lanes_[ranks_[end - 1].back()].end};
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
