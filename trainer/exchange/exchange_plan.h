// How an exchange of gradients divides its work and what memory it will take, known before any is
// taken.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/exchange/block_messages.h"
#include "trainer/exchange/lane_tree.h"
#include "trainer/exchange/topology.h"
#include "trainer/network/math/block_set.h"

namespace elman {

class ExchangePlan {
 public:
  // Which values an update may change.
  enum class Updates {
    kAll,      // every one
    kTouched,  // those whose gradient was touched
  };

  // The part of every flat array that a rank owns: reduces, updates, keeps moments for. Slices are
  // of equal work, which is equal size only where every block is dense or updated.
  struct Slice {
    int64_t begin = 0;
    int64_t end = 0;
    int64_t size() const { return end - begin; }
  };

  // For ranks on these nodes (Communicator::NodeOfRank) and flat arrays as long as the one of
  // `dense`, which names the blocks that every pass of every lane adds to. Requires ranks <= lanes.
  //
  // `expected_use` says of every kSumBlock elements of the array which part of those that are not
  // dense a step is expected to touch; without it, little. Ranks share the work by it.
  ExchangePlan(std::span<const int> node_of_rank, const BlockSet& dense, int lanes, Updates updates,
               WireFormat format = WireFormat::kFloat32, std::span<const double> expected_use = {});

  const BlockSet& dense() const { return dense_; }
  int64_t size() const { return dense_.elements(); }  // of a flat array
  int ranks() const { return static_cast<int>(slice_begins_.size()) - 1; }
  int lanes() const { return lanes_; }
  Updates updates() const { return updates_; }
  WireFormat format() const { return format_; }
  // That of the nodes, where their ranks share memory.
  const Topology& topology() const { return topology_; }
  Slice SliceOf(int rank) const { return {slice_begins_[rank], slice_begins_[rank + 1]}; }

  // The numbers that an exchange of this topology takes memory for on a rank: its partial sums of
  // gradients, sums on their way between nodes and what rounding keeps. The values are size() more,
  // on each node or, where no memory is shared, on each rank.
  int64_t GradientFloats(const Topology& topology, int rank) const;
  int64_t GradientFloats(int rank) const { return GradientFloats(topology_, rank); }

 private:
  const BlockSet dense_;
  const int lanes_;
  const Updates updates_;
  const WireFormat format_;
  const Topology topology_;
  std::vector<int64_t> slice_begins_;  // of every rank, and the end
};

// Levels of the tree of lanes below a node of it; 0 of a single lane.
int TreeDepth(LaneRange node);

}  // namespace elman
