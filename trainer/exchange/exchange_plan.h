// Plan of a gradient exchange: divides the work between ranks and computes the memory that it needs
// before any is allocated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/exchange/block_packing.h"
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

  // How nodes send each other their sums and the new values.
  enum class Route {
    kNone,     // there is one node
    kDirect,   // every node sends to every other node
    kHalving,  // in rounds, to one other node in each (see halving_exchange.h)
  };

  // The part of every flat array that a rank owns: the rank reduces it, updates it and keeps its
  // moments. Slices have equal work. They have equal size only if every block is dense or is always
  // updated.
  using Slice = ArrayRange;

  struct Options {
    Updates updates = Updates::kAll;
    WireFormat format = WireFormat::kFloat32;
    // For every kSumBlock elements of the array, the fraction of the blocks that are not dense that
    // a step is expected to touch. The work is divided by it. If it is empty, the fraction is
    // assumed to be small.
    std::vector<double> expected_use = {};
    uint64_t rounding_seed = 0;  // of the random numbers that round to bf16
  };

  // Plans for the ranks of `topology` and flat arrays with the size of `dense`, which names the
  // blocks that every pass of every lane adds to.
  ExchangePlan(const Topology& topology, const BlockSet& dense, const Options& options);

  // The same for ranks that share no memory.
  ExchangePlan WithoutSharedMemory() const;

  const Topology& topology() const { return topology_; }
  const SumTree& lane_tree() const { return topology_.lane_tree(); }
  const BlockSet& dense() const { return dense_; }
  int64_t size() const { return dense_.elements(); }  // number of elements of a flat array
  int ranks() const { return topology_.size(); }
  Updates updates() const { return options_.updates; }
  WireFormat format() const { return options_.format; }
  uint64_t rounding_seed() const { return options_.rounding_seed; }
  Route route() const { return route_; }

  Slice SliceOf(int rank) const { return slices_[rank]; }
  // The blocks of kSumBlock elements of a rank's slice.
  ItemRange SumBlocksOf(int rank) const;
  int sum_blocks() const;  // of the whole array

  // A column is divided into parts, a power of two. With n nodes and m parts, part p belongs to the
  // node b whose number has the bits of p in reverse order: it consists of the column's slices on
  // nodes b and, if it exists, m + b.
  int parts() const { return parts_; }
  int NodeOfPart(int part) const;
  // The elements of parts [first, end) of a column.
  ArrayRange Parts(int column, int first, int end) const;
  ArrayRange Column(int column) const { return Parts(column, 0, parts_); }

  // Whether a sum is rounded to bf16 before it is sent or added to others.
  bool IsRounded(LaneRange node) const {
    return format() == WireFormat::kBf16 && lane_tree().IsWholeGroups(node) &&
           node != lane_tree().root();
  }
  WireFormat FormatOf(LaneRange node) const {
    return IsRounded(node) ? WireFormat::kBf16 : WireFormat::kFloat32;
  }

 private:
  Route ChooseRoute() const;
  bool EveryGroupOfNodesIsASubtree() const;

  const Topology topology_;
  const BlockSet dense_;
  const Options options_;
  int parts_ = 1;
  std::vector<Slice> slices_;         // by rank
  std::vector<int64_t> part_begins_;  // of every part of every column, then the end of the array
  Route route_ = Route::kNone;
};

}  // namespace elman
