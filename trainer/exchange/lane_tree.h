// Lanes, and the fixed binary tree in which the results of lanes are added. The tree depends on
// lane numbers only, so a sum does not depend on the number of ranks or on which lanes they
// compute.
#pragma once

#include <span>
#include <vector>

namespace elman {

// The lanes [first, end).
struct LaneRange {
  int first = 0;
  int end = 0;
  int count() const { return end - first; }
  bool operator==(const LaneRange&) const = default;
};

// Returns the contiguous range of lanes that a rank computes. The ranges differ by at most one
// lane. Requires ranks <= lanes.
LaneRange LanesOfRank(int lanes, int ranks, int rank);

// Returns the first lane of the right child of a tree node: the left child has the largest power of
// two below the number of lanes.
int TreeSplit(LaneRange node);

// Returns the largest nodes of the tree over `lanes` lanes that lie within `block`, or within the
// union of several disjoint blocks, from left to right.
std::vector<LaneRange> MaximalSubtrees(int lanes, LaneRange block);
std::vector<LaneRange> MaximalSubtrees(int lanes, std::span<const LaneRange> blocks);

}  // namespace elman
