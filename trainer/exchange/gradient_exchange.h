// From the gradients of every lane to their sum, of which each rank owns a slice, and back to
// values that every rank has.
//
// On a node the ranks read each other's gradients, and write the values that all of them use, in
// shared memory. Between nodes the sums of a node travel to the owner of each slice, and the new
// values back; where there is no shared memory every rank is a node of its own. The bits are the
// same: lanes are added in the fixed tree of comm/lane_tree.h, on a rank while its lanes are
// computed, then on a node by the courier of each slice, then across nodes by its owner. Slices end
// on blocks of kSumBlock elements, so that sums of squares, taken by block, do not depend on the
// ranks either.
//
// As bf16 (`WireFormat`) both travel in half the bytes between nodes, and what is lost by rounding
// is made up for later (error feedback; Seide et al., 2014): the courier keeps what it has not sent
// of its node's sums, and the owner of a slice keeps exact values, to which the shared ones are
// brought as near as the rounded differences allow. The bits are then the same only for the same
// lanes on every node; what is kept belongs to the state of the run.
//
// Only blocks that some lane touched are cleared, added up and sent. Which ones these are all ranks
// tell each other in every step, so that sender and receiver need not negotiate.
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

// The array of KeptParts that holds the values as an update left them.
inline constexpr char kExactValues[] = "exact_values";

// A step is ComputeLanes, Reduce, then whatever is done with the sums, then ShareValues or
// ShareRestoredValues, after which no rank reads another's gradients any more and the next step may
// overwrite them.
class GradientExchange {
 public:
  using Updates = ExchangePlan::Updates;
  using Slice = ExchangePlan::Slice;

  // Takes the memory of the plan, which is one for the ranks of the communicator. That must outlive
  // the exchange. Collective.
  GradientExchange(Communicator* communicator, const ExchangePlan& plan);

  // Of the plan with these arguments, for the nodes of the communicator.
  GradientExchange(Communicator* communicator, const BlockSet& dense, int lanes, Updates updates,
                   WireFormat format = WireFormat::kFloat32,
                   std::span<const double> expected_use = {});

  LaneRange lanes() const { return lanes_; }  // of this rank
  const Topology& topology() const { return *topology_; }

  // Calls compute(lane, gradients) for each lane of this rank, with cleared gradients for it to add
  // to, and adds them up as far as the tree allows without the other ranks.
  using ComputeLane = absl::FunctionRef<void(int lane, GradientArray* gradients)>;
  void ComputeLanes(ComputeLane compute);

  // Adds up all lanes of all ranks; afterwards each rank has the sum on its slice. Collective.
  void Reduce();

  // The part of every flat array that this rank owns (ExchangePlan).
  Slice slice() const { return SliceOf(communicator_->rank()); }
  Slice SliceOf(int rank) const { return plan_.SliceOf(rank); }

  // The summed gradients on slice(), after Reduce; and the blocks of the array that any lane has
  // touched, outside of which they are zero.
  std::span<const float> SummedGradients() const;
  const BlockSet& touched() const { return all_touched_; }
  Updates updates() const { return updates_; }

  // The sum of squares of the summed gradients over all slices, after Reduce; the same bits on
  // every rank. Collective.
  double SumOfSquares();

  // The parameter values, a flat array that all passes of this rank read; and the slice() that this
  // rank updates, which is a part of it unless values are rounded on their way.
  std::span<float> values() { return values_; }
  std::span<float> own_values();

  // Gives every rank what the others' updates may have changed; and all of rank 0's values.
  // Collective.
  void ShareValues();
  void BroadcastValues();

  // In place of ShareValues after a step that was undone: every rank's slice of values() goes to
  // all as it is, exactly, touched or not, rounded otherwise or not. What rounding keeps stays.
  // Collective.
  void ShareRestoredValues();

  // What is kept from step to step besides the values: parts of flat arrays, listed alike on every
  // rank. All that are not restored from a checkpoint are as BroadcastValues leaves them.
  struct KeptPart {
    std::string array;
    int rank;                        // that keeps it
    Slice slice;                     // of the array
    float* data;                     // null on the other ranks
    bool changed_by_reduce = false;  // already, and not only with the values
  };
  std::vector<KeptPart> KeptParts();

  // The floats that this rank has taken memory for, values included (ExchangePlan).
  int64_t floats() const { return floats_; }

  // Whether the ranks of a node exchange through shared memory.
  bool shares_memory() const { return shared_values_ != nullptr; }

  // What a clock that records is told of: each sum, message and wait. It must stay.
  void Watch(const PhaseClock* clock) { clock_ = clock; }

  // Bytes of gradients and values that this rank has sent since the beginning.
  int64_t bytes_sent() const { return messages_.bytes_sent(); }

 private:
  // What is added up on a slice: nodes of the tree and where their sums are.
  struct Inputs {
    std::vector<LaneRange> nodes;
    std::vector<ArrayPart> parts;
    void Add(LaneRange node, ArrayPart part);
    const ArrayPart* Find(LaneRange node) const;  // null: to be summed from its children
  };
  // Another node's sums over one of its subtrees, on this rank's slice.
  struct RemoteSum {
    int node;
    ArrayPart part;
  };
  // This node's sums over one of its subtrees, on the slice of an owner elsewhere.
  struct CourierSum {
    int owner;
    LaneRange subtree;
    ArrayPart part;
    bool computed;       // else `part` is where a rank of the node has it
    ArrayPart residual;  // what rounding has kept back, if there is rounding
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
  std::vector<std::string> sum_names_;  // of spans of time: the sum of each rank's slice
  std::unique_ptr<Topology> topology_;

  // What shared memory holds, if there is any: each rank's partials one behind another, and the
  // values with the first rank of the node.
  std::unique_ptr<SharedFloats> shared_partials_, shared_values_;
  // What the heap holds otherwise, and in any case what others need not see.
  std::vector<FloatArray> own_arrays_;
  int64_t floats_ = 0;

  std::span<float> values_;
  std::vector<GradientArray> partials_;  // one for each subtree of this rank
  std::vector<GradientArray> scratch_;   // right-hand sides within a subtree, by depth
  Inputs node_inputs_;                   // the partials of this node's ranks
  Inputs inputs_;                        // and the sums of the other nodes
  std::vector<RemoteSum> remote_sums_;
  std::vector<CourierSum> courier_sums_;
  std::vector<float> tree_scratch_;
  // Of rounding: this rank's exact values, and changes on their way, on its slice and on those it
  // is the courier of.
  std::optional<FloatArray> exact_values_;
  std::vector<ArrayPart> changes_;

  std::vector<uint64_t> touched_words_;  // of all ranks
  std::vector<BlockSet> node_touched_, node_touched_before_;
  BlockSet all_touched_;
  BlockMessages messages_;

  // Sums of squares by block: this rank's and everyone's, as many of each rank as the largest slice
  // has; then those there are, in order.
  std::vector<double> my_squares_, all_squares_, squares_;
};

}  // namespace elman
