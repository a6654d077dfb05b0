#include "trainer/comm/lane_tree.h"

#include <bit>
#include <cstdint>

namespace elman {
namespace {

void AppendMaximal(LaneRange node, LaneRange block, std::vector<LaneRange>* subtrees) {
  if (node.end <= block.first || node.first >= block.end) return;
  if (node.first >= block.first && node.end <= block.end) return subtrees->push_back(node);
  const int split = TreeSplit(node);
  AppendMaximal({node.first, split}, block, subtrees);
  AppendMaximal({split, node.end}, block, subtrees);
}

}  // namespace

LaneRange LanesOfRank(int lanes, int ranks, int rank) {
  const auto begin = [&](int r) { return static_cast<int>(int64_t{lanes} * r / ranks); };
  return {begin(rank), begin(rank + 1)};
}

int TreeSplit(LaneRange node) {
  return node.first + static_cast<int>(std::bit_floor(static_cast<unsigned>(node.count() - 1)));
}

std::vector<LaneRange> MaximalSubtrees(int lanes, LaneRange block) {
  std::vector<LaneRange> subtrees;
  AppendMaximal({0, lanes}, block, &subtrees);
  return subtrees;
}

}  // namespace elman
