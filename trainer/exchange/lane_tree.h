// Lanes, and the fixed binary tree in which what they compute is added up. The tree is over lane
// numbers alone, so a sum does not depend on how many ranks there are or which lanes they run.
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

// A rank runs a contiguous block of lanes; blocks differ by at most one lane. Requires ranks <=
// lanes.
LaneRange LanesOfRank(int lanes, int ranks, int rank);

// Where a node of the tree divides: the left child takes the largest power of two below the count
// of lanes.
int TreeSplit(LaneRange node);

// The largest nodes of the tree over `lanes` that lie within `block`, or within what several blocks
// that share no lane cover together, from left to right.
std::vector<LaneRange> MaximalSubtrees(int lanes, LaneRange block);
std::vector<LaneRange> MaximalSubtrees(int lanes, std::span<const LaneRange> blocks);

}  // namespace elman
