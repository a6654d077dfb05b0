// Plan of a gradient exchange: divides the work between ranks and computes the memory that it needs
// before any is allocated.
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
    kAll,      // all values
    kTouched,  // values whose gradient was touched
  };

  // The part of every flat array that a rank owns: the rank reduces it, updates it and keeps its
  // moments. Slices have equal work. They have equal size only if every block is dense or is always
  // updated.
  struct Slice {
    int64_t begin = 0;
    int64_t end = 0;
    int64_t size() const { return end - begin; }
  };

  // Plans for ranks on the given nodes (Communicator::NodeOfRank) and flat arrays with the size of
  // `dense`, which names the blocks that every pass of every lane adds to. Requires ranks <= lanes.
  //
  // `expected_use` gives, for every kSumBlock elements of the array, the fraction of the blocks
  // that are not dense that a step is expected to touch. The work is divided by it. If it is empty,
  // the fraction is assumed to be small.
  ExchangePlan(std::span<const int> node_of_rank, const BlockSet& dense, int lanes, Updates updates,
               WireFormat format = WireFormat::kFloat32, std::span<const double> expected_use = {});

  const BlockSet& dense() const { return dense_; }
  int64_t size() const { return dense_.elements(); }  // number of elements of a flat array
  int ranks() const { return static_cast<int>(slice_begins_.size()) - 1; }
  int lanes() const { return lanes_; }
  Updates updates() const { return updates_; }
  WireFormat format() const { return format_; }
  // The topology of the nodes whose ranks share memory.
  const Topology& topology() const { return topology_; }
  Slice SliceOf(int rank) const { return {slice_begins_[rank], slice_begins_[rank + 1]}; }

  // Number of floats that an exchange of this topology allocates on a rank: its partial sums of
  // gradients, sums in transit between nodes and the residuals of rounding. The values take size()
  // more per node or, without shared memory, per rank.
  int64_t GradientFloats(const Topology& topology, int rank) const;
  int64_t GradientFloats(int rank) const { return GradientFloats(topology_, rank); }

 private:
  const BlockSet dense_;
  const int lanes_;
  const Updates updates_;
  const WireFormat format_;
  const Topology topology_;
  // The first element of each rank's slice, then the end of the array.
  std::vector<int64_t> slice_begins_;
};

// Number of levels of the lane tree below a node; 0 for a single lane.
int TreeDepth(LaneRange node);

}  // namespace elman
