// Sums the gradients of all lanes, gives each rank the sum on its slice, and distributes the
// updated values to every rank.
//
// Within a node, ranks read each other's gradients and write the common values in shared memory.
// Between nodes, the sums of a node are sent to the owner of each slice, and the new values are
// sent back, directly or in rounds (node_exchange.h). Without shared memory, every rank is a node
// of its own. The result has the same bits in all cases: lanes are added in the fixed tree of
// exchange/sum_tree.h, first on a rank while its lanes are computed, then on a node, then across
// nodes. Slices end at blocks of kSumBlock elements, so sums of squares, which are computed per
// block, do not depend on the ranks either.
//
// With bf16 (`WireFormat`), gradients and values take half the bytes between nodes. The sums of
// whole groups of lanes are rounded stochastically, with random numbers that depend on the group,
// the step and the element only, wherever they are added; so the expected sum is the exact one, and
// the result does not depend on the ranks and nodes. The owner of a slice keeps exact values; each
// step moves the shared values towards them by a rounded difference, so that the rest of a
// difference is sent later.
//
// Only blocks that a lane touched are cleared, added and sent. Messages name their blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "trainer/comm/communicator.h"
#include "trainer/comm/float_array.h"
#include "trainer/exchange/block_packing.h"
#include "trainer/exchange/exchange_plan.h"
#include "trainer/exchange/gradient_array.h"
#include "trainer/exchange/lane_sum.h"
#include "trainer/exchange/node_exchange.h"
#include "trainer/exchange/sum_tree.h"
#include "trainer/exchange/topology.h"
#include "trainer/exchange/tree_reduction.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/timing/phase_clock.h"

namespace elman {

// Name of the KeptParts array that holds the values as an update left them, before rounding.
inline constexpr char kExactValues[] = "exact_values";

// A step consists of ComputeLanes, Reduce, the use of the sums, and ShareValues or
// ShareRestoredValues. After that no rank reads another rank's gradients, and the next step may
// overwrite them.
class GradientExchange {
 public:
  using Updates = ExchangePlan::Updates;
  using Slice = ExchangePlan::Slice;

  // Allocates the memory of `plan`, which must be for the ranks of the communicator. The
  // communicator must outlive the exchange. Collective.
  GradientExchange(Communicator* communicator, const ExchangePlan& plan);

  // Number of floats that an exchange allocates on a rank: its partial sums of gradients, and sums
  // and values in transit between nodes. The values take size() more per node or, without shared
  // memory, per rank.
  static int64_t GradientFloats(const ExchangePlan& plan, int rank);

  // The plan of the exchange: that of the constructor or, if nodes do not have enough shared
  // memory, the same without shared memory.
  const ExchangePlan& plan() const { return *plan_; }
  const Topology& topology() const { return plan_->topology(); }
  LaneRange lanes() const { return topology().lanes(communicator_->rank()); }  // of this rank

  // Calls compute(lane, gradients) for each lane of this rank with cleared gradients for it to add
  // to. Sums the lanes as far as the tree allows without the other ranks.
  using ComputeLane = absl::FunctionRef<void(int lane, GradientArray* gradients)>;
  void ComputeLanes(uint64_t step, ComputeLane compute);

  // Sums all lanes of all ranks. Afterwards each rank has the sum on its slice. `step` is the
  // number of the step, also given to ComputeLanes: it selects random numbers. Collective.
  void Reduce(uint64_t step);

  // The part of every flat array that this rank owns (see ExchangePlan).
  Slice slice() const { return SliceOf(communicator_->rank()); }
  Slice SliceOf(int rank) const { return plan_->SliceOf(rank); }

  // The summed gradients on slice() after Reduce, and the blocks of the slice that any lane
  // touched. The gradients are zero outside of these blocks.
  std::span<const float> SummedGradients() const;
  const BlockSet& touched() const { return touched_; }
  Updates updates() const { return plan_->updates(); }

  // Returns the sum of squares of the summed gradients over all slices, after Reduce. The same bits
  // on every rank. Collective.
  double SumOfSquares();

  // The parameter values: a flat array that all passes of this rank read; and the slice() that this
  // rank updates. The slice is a part of the array, except if values are rounded for sending.
  std::span<float> values() { return values_; }
  std::span<float> own_values();

  // ShareValues sends to every rank the values that the other ranks' updates may have changed.
  // BroadcastValues sends all values of rank 0. Collective.
  void ShareValues();
  void BroadcastValues();

  // Replaces ShareValues after a step that was undone: sends every rank's slice of values() to all
  // ranks, exactly as it is, whether touched or rounded or not. Collective.
  void ShareRestoredValues();

  // Data kept from step to step in addition to the values: parts of flat arrays, listed in the same
  // order on every rank. Parts that are not restored from a checkpoint are as BroadcastValues
  // leaves them.
  struct KeptPart {
    std::string array;
    int rank;     // the rank that keeps it
    Slice slice;  // position in the array
    float* data;  // null on the other ranks
  };
  std::vector<KeptPart> KeptParts();

  // Number of floats that this rank has allocated, including the values (see ExchangePlan).
  int64_t floats() const { return floats_; }

  // Whether the ranks of a node exchange through shared memory.
  bool shares_memory() const { return shared_values_ != nullptr; }

  // Records each sum, message and wait in `clock`, which must outlive the exchange.
  void Watch(const PhaseClock* clock);

  // Bytes of gradients and values that this rank has sent since construction.
  int64_t bytes_sent() const;

 private:
  // A sum of squares, for the reduction over ranks.
  struct Squares {
    double sum = 0;
    Squares& operator+=(const Squares& other) {
      sum += other.sum;
      return *this;
    }
  };

  void PlaceArrays();
  void PlaceTouched();
  std::span<float> OwnArray(int64_t size);
  void ComputeNode(LaneRange node, int depth, GradientArray* sum, ComputeLane compute);
  void PublishTouched();
  void ShareRoundedValues();
  void ScatterValues();
  bool Rounds() const { return plan_->format() == WireFormat::kBf16; }
  template <typename Visit>
  void ForEachColumn(const Visit& visit) const;
  void NodeFence();

  Communicator* const communicator_;
  std::optional<ExchangePlan> plan_;
  const int64_t size_;
  const BlockSet dense_, every_block_;
  const PhaseClock* clock_ = nullptr;
  std::string sum_name_;  // name for the trace: the sum of this rank's slice
  uint64_t step_ = 0;

  // Shared memory, if there is any: the concatenated partial sums of each rank, the values, which
  // belong to the first rank of the node, and the words of each rank's touched blocks.
  std::unique_ptr<SharedFloats> shared_partials_, shared_values_, shared_touched_;
  // Heap memory: everything without shared memory, and always the arrays that other ranks need not
  // access.
  std::vector<FloatArray> own_arrays_;
  int64_t floats_ = 0;

  std::span<float> values_;
  std::vector<GradientArray> partials_;  // one for each subtree of this rank
  std::vector<GradientArray> scratch_;   // sums of right children within a subtree, by depth
  std::vector<uint64_t> own_touched_;    // without shared memory: words of the touched blocks
  std::span<uint64_t> published_touched_;
  NodeSums node_sums_;
  std::optional<LaneSum> sum_on_node_;           // with one node
  std::unique_ptr<NodeExchange> node_exchange_;  // with several
  ArrayPart sum_;                                // where the summed gradients are
  // With rounding: this rank's exact values, and the rounded changes of its columns.
  std::optional<FloatArray> exact_values_;
  std::vector<ArrayPart> changes_;
  std::vector<ArrayPart> value_columns_;  // the values, for each column of this rank

  BlockSet touched_;              // of the columns of this rank
  std::vector<Squares> squares_;  // by block of this rank's slice
  std::optional<TreeReduction<Squares>> sum_of_squares_;
};

}  // namespace elman
