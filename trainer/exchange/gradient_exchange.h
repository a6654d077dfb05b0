// Sums the gradients of all lanes, gives each rank the sum on its slice, and distributes the
// updated values to every rank.
//
// Within a node, ranks read each other's gradients and write the common values in shared memory.
// Between nodes, the sums of a node are sent to the owner of each slice, and the new values are
// sent back. Without shared memory, every rank is a node of its own. The result has the same bits
// in all cases: lanes are added in the fixed tree of exchange/lane_tree.h, first on a rank while
// its lanes are computed, then on a node by the courier of each slice, then across nodes by its
// owner. Slices end at blocks of kSumBlock elements, so sums of squares, which are computed per
// block, do not depend on the ranks either.
//
// With bf16 (`WireFormat`), gradients and values take half the bytes between nodes, and the
// rounding error is sent later (error feedback; Seide et al., 2014): the courier keeps the part of
// its node's sums that it has not sent. The owner of a slice keeps exact values; each step moves
// the shared values towards them by a rounded difference. The result then has the same bits only
// with the same lanes on every node; the residuals belong to the state of the run.
//
// Only blocks that a lane touched are cleared, added and sent. In every step all ranks gather the
// set of touched blocks, so sender and receiver need not negotiate.
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
#include "trainer/exchange/block_messages.h"
#include "trainer/exchange/exchange_plan.h"
#include "trainer/exchange/gradient_array.h"
#include "trainer/exchange/lane_tree.h"
#include "trainer/exchange/topology.h"
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

  // Makes a plan from these arguments for the nodes of the communicator.
  GradientExchange(Communicator* communicator, const BlockSet& dense, int lanes, Updates updates,
                   WireFormat format = WireFormat::kFloat32,
                   std::span<const double> expected_use = {});

  LaneRange lanes() const { return lanes_; }  // lanes of this rank
  const Topology& topology() const { return *topology_; }

  // Calls compute(lane, gradients) for each lane of this rank with cleared gradients for it to add
  // to. Sums the lanes as far as the tree allows without the other ranks.
  using ComputeLane = absl::FunctionRef<void(int lane, GradientArray* gradients)>;
  void ComputeLanes(ComputeLane compute);

  // Sums all lanes of all ranks. Afterwards each rank has the sum on its slice. Collective.
  void Reduce();

  // The part of every flat array that this rank owns (see ExchangePlan).
  Slice slice() const { return SliceOf(communicator_->rank()); }
  Slice SliceOf(int rank) const { return plan_.SliceOf(rank); }

  // The summed gradients on slice() after Reduce, and the blocks of the whole array that any lane
  // touched. The gradients are zero outside of these blocks.
  std::span<const float> SummedGradients() const;
  const BlockSet& touched() const { return all_touched_; }
  Updates updates() const { return updates_; }

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
  // ranks, exactly as it is, whether touched or rounded or not. Residuals of rounding do not
  // change. Collective.
  void ShareRestoredValues();

  // Data kept from step to step in addition to the values: parts of flat arrays, listed in the same
  // order on every rank. Parts that are not restored from a checkpoint are as BroadcastValues
  // leaves them.
  struct KeptPart {
    std::string array;
    int rank;                        // the rank that keeps it
    Slice slice;                     // position in the array
    float* data;                     // null on the other ranks
    bool changed_by_reduce = false;  // changed by Reduce, not only together with the values
  };
  std::vector<KeptPart> KeptParts();

  // Number of floats that this rank has allocated, including the values (see ExchangePlan).
  int64_t floats() const { return floats_; }

  // Whether the ranks of a node exchange through shared memory.
  bool shares_memory() const { return shared_values_ != nullptr; }

  // Records each sum, message and wait in `clock`, which must outlive the exchange.
  void Watch(const PhaseClock* clock) { clock_ = clock; }

  // Bytes of gradients and values that this rank has sent since construction.
  int64_t bytes_sent() const { return messages_.bytes_sent(); }

 private:
  // The inputs of the sum on a slice: nodes of the tree and the locations of their sums.
  struct Inputs {
    std::vector<LaneRange> nodes;
    std::vector<ArrayPart> parts;
    void Add(LaneRange node, ArrayPart part);
    const ArrayPart* Find(LaneRange node) const;  // null: to be computed from its children
  };
  // The sums of another node over one of its subtrees, on this rank's slice.
  struct RemoteSum {
    int node;
    ArrayPart part;
  };
  // The sums of this node over one of its subtrees, on the slice of an owner on another node.
  struct CourierSum {
    int owner;
    LaneRange subtree;
    ArrayPart part;
    bool computed;       // if false, `part` is the sum of one rank of the node
    ArrayPart residual;  // residual of rounding, if values are rounded
  };

  void PlaceArrays();
  void PlaceInputs();
  std::span<float> OwnArray(int64_t size);
  void ComputeNode(LaneRange node, int depth, GradientArray* sum, ComputeLane compute);
  void GatherTouched();
  void ExchangeSums();
  void ExchangeValues(const BlockSet& changed);
  void ExchangeRoundedValues(const BlockSet& changed);
  bool Rounds() const { return format_ != WireFormat::kFloat32 && topology_->nodes() > 1; }
  template <typename Visit>
  void ForEachCourierSlice(const Visit& visit) const;
  void Sum(const Inputs& inputs, LaneRange node, const BlockSet& blocks, Slice slice,
           ArrayPart sum);
  const float* SumTree(const Inputs& inputs, LaneRange node, int64_t first, int64_t count,
                       float* scratch) const;
  void NodeFence();
  int64_t SumBlocks(int rank) const;  // blocks of kSumBlock elements in a rank's slice

  Communicator* const communicator_;
  const ExchangePlan plan_;
  const int64_t size_;
  const int total_lanes_;
  const LaneRange lanes_;
  const Updates updates_;
  const WireFormat format_;
  const BlockSet dense_, every_block_;
  const PhaseClock* clock_ = nullptr;
  std::vector<std::string> sum_names_;  // names for the trace: the sum of each rank's slice
  std::unique_ptr<Topology> topology_;

  // Shared memory, if there is any: the concatenated partial sums of each rank, and the values,
  // which belong to the first rank of the node.
  std::unique_ptr<SharedFloats> shared_partials_, shared_values_;
  // Heap memory: everything without shared memory, and always the arrays that other ranks need not
  // access.
  std::vector<FloatArray> own_arrays_;
  int64_t floats_ = 0;

  std::span<float> values_;
  std::vector<GradientArray> partials_;  // one for each subtree of this rank
  std::vector<GradientArray> scratch_;   // sums of right children within a subtree, by depth
  Inputs node_inputs_;                   // the partial sums of this node's ranks
  Inputs inputs_;                        // node_inputs_ and the sums of the other nodes
  std::vector<RemoteSum> remote_sums_;
  std::vector<CourierSum> courier_sums_;
  std::vector<float> tree_scratch_;
  // With rounding: this rank's exact values, and changes in transit on its slice and on the slices
  // that it is the courier of.
  std::optional<FloatArray> exact_values_;
  std::vector<ArrayPart> changes_;

  std::vector<uint64_t> touched_words_;  // touched blocks of all ranks, as bit sets
  std::vector<BlockSet> node_touched_, node_touched_before_;
  BlockSet all_touched_;
  BlockMessages messages_;

  // Sums of squares per block: of this rank and of all ranks (padded to the number of blocks of the
  // largest slice); then all sums without padding, in order.
  std::vector<double> my_squares_, all_squares_, squares_;
};

}  // namespace elman
