#include "trainer/exchange/exchange_plan.h"

#include <algorithm>

#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"

namespace elman {

int TreeDepth(LaneRange node) {
  if (node.count() <= 1) return 0;
  const int split = TreeSplit(node);
  return 1 + std::max(TreeDepth({node.first, split}), TreeDepth({split, node.end}));
}

// Divides the array into slices of equal work. A block that is rarely touched, and only updated
// when it is, counts as little work.
ExchangePlan::ExchangePlan(std::span<const int> node_of_rank, const BlockSet& dense, int lanes,
                           Updates updates, WireFormat format, std::span<const double> expected_use)
    : dense_(dense),
      lanes_(lanes),
      updates_(updates),
      format_(format),
      topology_(node_of_rank, lanes) {
  const int ranks = static_cast<int>(node_of_rank.size());
  CHECK_LE(ranks, lanes);
  constexpr double kSeldom = 1.0 / 16;
  std::vector<double> work = {0};  // cumulative work before each block of kSumBlock elements
  for (int64_t first = 0; first < size(); first += kSumBlock) {
    const int64_t end = std::min(size(), first + kSumBlock);
    const int64_t always = updates_ == Updates::kAll ? end - first : dense_.Count(first, end);
    const double use = expected_use.empty() ? kSeldom : expected_use[first / kSumBlock];
    work.push_back(work.back() + static_cast<double>(always) +
                   static_cast<double>(end - first - always) * use);
  }
  for (int rank = 0; rank <= ranks; ++rank) {
    const double before = rank == ranks ? work.back() : work.back() * rank / ranks;
    const auto block = std::ranges::lower_bound(work, before) - work.begin();
    slice_begins_.push_back(std::min<int64_t>(block * kSumBlock, size()));
  }
}

int64_t ExchangePlan::GradientFloats(const Topology& topology, int rank) const {
  const auto& subtrees = topology.rank_subtrees(rank);
  const int node = topology.node(rank);
  int depth = 0;
  for (const LaneRange& subtree : subtrees) depth = std::max(depth, TreeDepth(subtree));
  int64_t floats = (std::ssize(subtrees) + depth) * size();
  const bool rounds = format_ != WireFormat::kFloat32 && topology.nodes() > 1;
  const int64_t mine = SliceOf(rank).size();
  for (int other = 0; other < topology.nodes(); ++other) {
    if (other != node) floats += std::ssize(topology.node_subtrees(other)) * mine;
  }
  // Counts the sums of the node that no single rank has already computed, and the residuals of
  // rounding.
  int64_t computed = 0;
  for (const LaneRange& subtree : topology.node_subtrees(node)) {
    const bool there = std::ranges::any_of(topology.ranks(node), [&](int of_node) {
      return std::ranges::count(topology.rank_subtrees(of_node), subtree) > 0;
    });
    computed += rounds ? 2 : there ? 0 : 1;
  }
  for (int owner = 0; owner < ranks(); ++owner) {
    if (topology.node(owner) == node || topology.Courier(owner, node) != rank) continue;
    floats += (computed + (rounds ? 1 : 0)) * SliceOf(owner).size();
  }
  return floats + (rounds ? 2 * mine : 0);
}

}  // namespace elman
