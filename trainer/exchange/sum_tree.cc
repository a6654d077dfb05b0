#include "trainer/exchange/sum_tree.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

int PowerBelow(int count) {
  return static_cast<int>(std::bit_floor(static_cast<unsigned>(count - 1)));
}

// `ranges` are sorted.
void AppendMaximal(const SumTree& tree, ItemRange node, std::span<const ItemRange> ranges,
                   std::vector<ItemRange>* subtrees) {
  // Leaves out the ranges that lie to the left or to the right of the node.
  while (!ranges.empty() && ranges.front().end <= node.first) ranges = ranges.subspan(1);
  while (!ranges.empty() && ranges.back().first >= node.end)
    ranges = ranges.first(ranges.size() - 1);
  if (ranges.empty()) return;
  if (ranges.size() == 1 && ranges[0].first <= node.first && ranges[0].end >= node.end)
    return subtrees->push_back(node);
  const int split = tree.Split(node);
  AppendMaximal(tree, {node.first, split}, ranges, subtrees);
  AppendMaximal(tree, {split, node.end}, ranges, subtrees);
}

}  // namespace

ItemRange PartOfItems(int items, int participants, int position) {
  const auto begin = [&](int p) { return static_cast<int>(int64_t{items} * p / participants); };
  return {begin(position), begin(position + 1)};
}

SumTree::SumTree(int items, int group) : items_(items), group_(group) { CHECK_GE(group, 1); }

int SumTree::Split(ItemRange node) const {
  const int groups = (node.count() + group_ - 1) / group_;
  // A node that begins within a group, or has no more than one, lies within it.
  if (groups <= 1 || node.first % group_ != 0) return node.first + PowerBelow(node.count());
  return node.first + PowerBelow(groups) * group_;
}

int SumTree::Depth(ItemRange node) const {
  if (node.count() <= 1) return 0;
  const int split = Split(node);
  return 1 + std::max(Depth({node.first, split}), Depth({split, node.end}));
}

bool SumTree::IsWholeGroups(ItemRange node) const {
  return node.first % group_ == 0 && (node.end % group_ == 0 || node.end == items_);
}

std::vector<ItemRange> SumTree::MaximalSubtrees(ItemRange range) const {
  return MaximalSubtrees(std::span(&range, 1));
}

std::vector<ItemRange> SumTree::MaximalSubtrees(std::span<const ItemRange> ranges) const {
  std::vector<ItemRange> sorted;
  for (const ItemRange& range : ranges) {
    if (range.count() > 0) sorted.push_back(range);
  }
  std::ranges::sort(sorted, {}, &ItemRange::first);
  // Joins neighbors.
  std::vector<ItemRange> joined;
  for (const ItemRange& range : sorted) {
    if (!joined.empty() && joined.back().end == range.first) {
      joined.back().end = range.end;
    } else {
      joined.push_back(range);
    }
  }
  std::vector<ItemRange> subtrees;
  AppendMaximal(*this, root(), joined, &subtrees);
  return subtrees;
}

int SimplestGroup(int items, int group) {
  return group >= items || std::has_single_bit(static_cast<unsigned>(group)) ? 1 : group;
}

namespace {

// Finds inputs by their first items.
class InputIndex {
 public:
  explicit InputIndex(std::span<const ItemRange> inputs) : inputs_(inputs), sorted_(inputs.size()) {
    std::iota(sorted_.begin(), sorted_.end(), 0);
    std::ranges::sort(sorted_, {}, [&](int i) { return inputs_[i].first; });
  }
  // Returns the number of the input that is this node; -1: none is.
  int Find(ItemRange node) const {
    const auto found =
        std::ranges::lower_bound(sorted_, node.first, {}, [&](int i) { return inputs_[i].first; });
    return found != sorted_.end() && inputs_[*found] == node ? *found : -1;
  }

 private:
  std::span<const ItemRange> inputs_;
  std::vector<int> sorted_;
};

// Appends the additions for a node, whose intermediate results are in places from `place`. Returns
// the operand that holds the sum.
int Schedule(const SumTree& tree, const InputIndex& index, ItemRange node, int place,
             std::vector<SumSchedule::Addition>* additions) {
  if (const int input = index.Find(node); input >= 0) return input;
  CHECK_GT(node.count(), 1);
  const int split = tree.Split(node);
  const int left = Schedule(tree, index, {node.first, split}, place, additions);
  const int right = Schedule(tree, index, {split, node.end}, place + 1, additions);
  additions->push_back({left, right, place, node});
  return ~place;
}

}  // namespace

SumSchedule::SumSchedule(const SumTree& tree, std::span<const ItemRange> inputs, ItemRange target) {
  result_ = Schedule(tree, InputIndex(inputs), target, 0, &additions_);
  for (const Addition& addition : additions_) places_ = std::max(places_, addition.place + 1);
}

}  // namespace elman
