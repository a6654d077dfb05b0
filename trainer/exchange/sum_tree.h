// The fixed binary tree in which numbered items are added: the lanes of a step, or the blocks of an
// array. It depends on item numbers only, so a sum does not depend on the number of ranks or on
// which items they compute.
#pragma once

#include <span>
#include <vector>

namespace elman {

// The items [first, end). A node of a tree is named by the items below it.
struct ItemRange {
  int first = 0;
  int end = 0;
  int count() const { return end - first; }
  bool operator==(const ItemRange&) const = default;
};
using LaneRange = ItemRange;

// Returns the part of `items` items that the participant at `position` of `participants` has: parts
// are contiguous, in order of position, and differ by at most one item. Requires participants <=
// items.
ItemRange PartOfItems(int items, int participants, int position);

// Items are added within groups of `group` neighbors first, then the sums of groups are added. In
// both trees, the left child has the largest power of two below the number of items or groups. A
// group of a power of two, or of all items, makes no difference to a tree without groups.
class SumTree {
 public:
  // `group`: from 1. The last group may be smaller.
  explicit SumTree(int items, int group = 1);

  ItemRange root() const { return {0, items_}; }
  int items() const { return items_; }
  int group() const { return group_; }

  // Returns the first item of the right child of a node with at least two items.
  int Split(ItemRange node) const;
  // Number of levels below a node; 0 for a single item.
  int Depth(ItemRange node) const;
  // Whether a node is a sum of whole groups.
  bool IsWholeGroups(ItemRange node) const;

  // Returns the largest nodes that lie within the union of disjoint ranges, from left to right.
  std::vector<ItemRange> MaximalSubtrees(std::span<const ItemRange> ranges) const;
  std::vector<ItemRange> MaximalSubtrees(ItemRange range) const;

 private:
  int items_;
  int group_;
};

// Returns 1 if the lanes of a tree are added as in a tree without groups, otherwise `group`.
int SimplestGroup(int items, int group);

// The additions that compute the sum of a node from the sums of nodes below it.
class SumSchedule {
 public:
  // The sum of `target` from those of `inputs`, which are disjoint, in any order, and cover it.
  // Inputs outside of `target` are not used.
  SumSchedule(const SumTree& tree, std::span<const ItemRange> inputs, ItemRange target);

  // Numbers from 0 are inputs, others are places of intermediate results: ~0 is the first place.
  struct Addition {
    int left;
    int right;
    int place;       // of the result, from 0
    ItemRange node;  // whose sum the result is
  };
  // In order. Operands that are places have been computed before, and are not used again.
  const std::vector<Addition>& additions() const { return additions_; }
  int places() const { return places_; }
  // The operand that holds the sum after all additions: an input if there are none.
  int result() const { return result_; }

 private:
  std::vector<Addition> additions_;
  int places_ = 0;
  int result_ = 0;
};

}  // namespace elman
