#include "trainer/exchange/exchange_plan.h"

#include <algorithm>
#include <bit>

#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"

namespace elman {

// Divides the array into slices of equal work, by columns, within columns by parts. A block that is
// rarely touched, and only updated when it is, counts as little work.
ExchangePlan::ExchangePlan(const Topology& topology, const BlockSet& dense, const Options& options)
    : topology_(topology),
      dense_(dense),
      options_(options),
      parts_(static_cast<int>(std::bit_floor(static_cast<unsigned>(topology.nodes())))),
      slices_(topology.size()) {
  constexpr double kSeldom = 1.0 / 16;
  const std::vector<double>& use = options_.expected_use;
  std::vector<double> work = {0};  // cumulative work before each block of kSumBlock elements
  for (int64_t first = 0; first < size(); first += kSumBlock) {
    const int64_t end = std::min(size(), first + kSumBlock);
    const int64_t always = updates() == Updates::kAll ? end - first : dense_.Count(first, end);
    work.push_back(work.back() + static_cast<double>(always) +
                   static_cast<double>(end - first - always) *
                       (use.empty() ? kSeldom : use[first / kSumBlock]));
  }
  int slices = 0;
  const auto end_of_slices = [&](int count) {
    if (count == ranks()) return size();
    const auto block = std::ranges::lower_bound(work, work.back() * count / ranks()) - work.begin();
    return std::min<int64_t>(block * kSumBlock, size());
  };
  int64_t begin = 0;
  const auto append = [&](int rank) {
    if (rank < 0) return;
    slices_[rank] = {begin, end_of_slices(++slices)};
    begin = slices_[rank].end;
  };
  for (int column = 0; column < topology_.columns(); ++column) {
    for (int part = 0; part < parts_; ++part) {
      part_begins_.push_back(begin);
      const int node = NodeOfPart(part);
      append(topology_.Owner(column, node));
      if (parts_ + node < topology_.nodes()) append(topology_.Owner(column, parts_ + node));
    }
  }
  part_begins_.push_back(size());
  route_ = ChooseRoute();
}

ExchangePlan ExchangePlan::WithoutSharedMemory() const {
  return ExchangePlan(topology_.WithoutSharedMemory(), dense_, options_);
}

ItemRange ExchangePlan::SumBlocksOf(int rank) const {
  const auto block = [](int64_t element) {
    return static_cast<int>((element + kSumBlock - 1) / kSumBlock);
  };
  return {block(slices_[rank].begin), block(slices_[rank].end)};
}

int ExchangePlan::sum_blocks() const {
  return static_cast<int>((size() + kSumBlock - 1) / kSumBlock);
}

int ExchangePlan::NodeOfPart(int part) const {
  int node = 0;
  for (int bit = 1; bit < parts_; bit *= 2) node = 2 * node + (part & bit ? 1 : 0);
  return node;
}

ArrayRange ExchangePlan::Parts(int column, int first, int end) const {
  return {part_begins_[column * parts_ + first], part_begins_[column * parts_ + end]};
}

// Rounds have the fewest messages; for few nodes or large slices, direct messages need less work
// and memory traffic. The owner of a slice then has a copy of it for every node, so no slice should
// be much larger than the others.
ExchangePlan::Route ExchangePlan::ChooseRoute() const {
  constexpr int kFewNodes = 4, kManyNodes = 16;
  constexpr int64_t kLargeSlice = (64 << 10) / sizeof(float);
  const int nodes = topology_.nodes();
  if (nodes == 1) return Route::kNone;
  const int64_t mean = size() / ranks();
  const int64_t largest = std::ranges::max(slices_, {}, &Slice::size).size();
  const bool suits = mean >= kLargeSlice && largest <= 2 * mean && nodes <= kManyNodes;
  if (nodes <= kFewNodes || suits) return Route::kDirect;
  return EveryGroupOfNodesIsASubtree() ? Route::kHalving : Route::kDirect;
}

// Whether the sums of the nodes that are added in the rounds of kHalving are nodes of the tree.
bool ExchangePlan::EveryGroupOfNodesIsASubtree() const {
  const auto is_subtree = [&](int first, int end) {
    return topology_.lane_tree().MaximalSubtrees(topology_.LanesOfNodes(first, end)).size() == 1;
  };
  const int nodes = topology_.nodes();
  for (int first = 0; first < nodes;) {
    const int block = static_cast<int>(std::bit_floor(static_cast<unsigned>(nodes - first)));
    if (!is_subtree(first, nodes)) return false;
    for (int width = 1; width <= block; width *= 2) {
      for (int begin = first; begin < first + block; begin += width) {
        if (!is_subtree(begin, begin + width)) return false;
      }
    }
    first += block;
  }
  return true;
}

}  // namespace elman
