#include "trainer/exchange/tree_reduction.h"

#include <algorithm>
#include <bit>

namespace elman {
namespace {

using Nodes = std::vector<ItemRange>;

Nodes Joined(Nodes left, const Nodes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// The additions that turn the sums of `inputs` into those of the largest subtrees.
ReductionPlan::Merge PlanMerge(const SumTree& tree, const Nodes& inputs) {
  ReductionPlan::Merge merge;
  for (const ItemRange& node : tree.MaximalSubtrees(inputs)) merge.emplace_back(tree, inputs, node);
  return merge;
}

}  // namespace

ReductionPlan::ReductionPlan(const Topology& topology, const Options& options, int rank)
    : leads_(false), nodes_(topology.nodes()), node_ranks_(topology.ranks(topology.node(rank))) {
  const SumTree& tree = options.tree;
  const auto leader_of = [&](int node) {
    const std::vector<int>& ranks = topology.ranks(node);
    return options.leader == Leader::kFirst ? ranks.front() : ranks.back();
  };
  const int my_node = topology.node(rank);
  leader_ = leader_of(my_node);
  leads_ = leader_ == rank;

  Nodes items;
  const ItemRange mine = options.items_of_rank(rank);
  for (int item = mine.first; item < mine.end; ++item) items.push_back({item, item + 1});
  merge_own_ = PlanMerge(tree, items);
  Nodes of_ranks;
  for (const int each : node_ranks_) {
    const Nodes subtrees = tree.MaximalSubtrees(options.items_of_rank(each));
    records_of_ranks_.push_back(subtrees.size());
    of_ranks = Joined(of_ranks, subtrees);
  }
  merge_node_ = PlanMerge(tree, of_ranks);

  const int power = static_cast<int>(std::bit_floor(static_cast<unsigned>(nodes_)));
  const bool folded = my_node >= power;
  const int partner = folded ? my_node - power : my_node + power;
  const bool folds = power < nodes_;
  if (!leads_) {
    rounds_.resize(std::bit_width(static_cast<unsigned>(power)) - 1 + (folds ? 2 : 0));
    return;
  }

  // The sums that a node has before the first round, and later.
  std::vector<Nodes> held;
  for (int node = 0; node < nodes_; ++node) {
    Nodes ranges;
    for (const int each : topology.ranks(node)) ranges.push_back(options.items_of_rank(each));
    held.push_back(tree.MaximalSubtrees(ranges));
  }
  if (folds) {
    Round& round = rounds_.emplace_back();
    if (partner < nodes_) {
      round.peer = leader_of(partner);
      round.sends = folded;
      round.received = folded ? 0 : held[partner].size();
      if (!folded) round.merge = PlanMerge(tree, Joined(held[my_node], held[partner]));
    }
    for (int node = power; node < nodes_; ++node)
      held[node - power] = tree.MaximalSubtrees(Joined(held[node - power], held[node]));
  }
  for (int width = 1; width < power; width *= 2) {
    const int bit = options.order == Order::kNearestFirst ? width : power / 2 / width;
    Round& round = rounds_.emplace_back();
    if (!folded) {
      const int peer = my_node ^ bit;
      round.peer = leader_of(peer);
      round.sends = true;
      round.received = held[peer].size();
      round.merge = PlanMerge(tree, Joined(held[my_node], held[peer]));
    }
    for (int node = 0; node < power; ++node) {
      if (node & bit) continue;
      held[node] = tree.MaximalSubtrees(Joined(held[node], held[node | bit]));
      held[node | bit] = held[node];
    }
  }
  if (folds) {
    Round& round = rounds_.emplace_back();
    if (partner < nodes_) {
      round.peer = leader_of(partner);
      round.sends = !folded;
      round.received = folded ? 1 : 0;
      round.replaces = folded;
    }
  }
}

}  // namespace elman
