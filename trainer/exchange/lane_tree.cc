#include "trainer/exchange/lane_tree.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace elman {
namespace {

int Covered(LaneRange node, std::span<const LaneRange> blocks) {
  int lanes = 0;
  for (const LaneRange& block : blocks)
    lanes += std::max(0, std::min(node.end, block.end) - std::max(node.first, block.first));
  return lanes;
}

void AppendMaximal(LaneRange node, std::span<const LaneRange> blocks,
                   std::vector<LaneRange>* subtrees) {
  const int covered = Covered(node, blocks);
  if (covered == 0) return;
  if (covered == node.count()) return subtrees->push_back(node);
  const int split = TreeSplit(node);
  AppendMaximal({node.first, split}, blocks, subtrees);
  AppendMaximal({split, node.end}, blocks, subtrees);
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
  return MaximalSubtrees(lanes, std::span(&block, 1));
}

std::vector<LaneRange> MaximalSubtrees(int lanes, std::span<const LaneRange> blocks) {
  std::vector<LaneRange> subtrees;
  AppendMaximal({0, lanes}, blocks, &subtrees);
  return subtrees;
}

}  // namespace elman
