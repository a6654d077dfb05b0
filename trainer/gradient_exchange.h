// From the gradients of every lane to their sum, of which each rank owns a slice, and back to
// values that every rank has.
//
// On one host the ranks read each other's gradients, and write the values that all of them use, in
// shared memory; else, or where there is not enough of it, slices travel as messages. The bits are
// the same.
//
// Lanes are added in the fixed tree of comm/lane_tree.h: on a rank while its lanes are computed,
// then across ranks by the owner of each slice. The sum is therefore the same bits on any number of
// ranks. Slices end on blocks of kSumBlock elements, so that sums of squares, taken by block, do
// not depend on the ranks either.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "trainer/comm/communicator.h"
#include "trainer/comm/float_array.h"
#include "trainer/comm/lane_tree.h"

namespace elman {

// A step is ComputeLanes, Reduce, then whatever is done with the sums, then ShareValues, after
// which no rank reads another's gradients any more and the next step may overwrite them.
class GradientExchange {
 public:
  // For flat arrays of `size` floats. The communicator must outlive the exchange. Requires ranks <=
  // lanes.
  GradientExchange(Communicator* communicator, int64_t size, int lanes);

  LaneRange lanes() const { return lanes_; }  // of this rank

  // Calls compute(lane, gradients) for each lane of this rank, with zeroed gradients for it to add
  // to, and adds them up as far as the tree allows without the other ranks.
  using ComputeLane = absl::FunctionRef<void(int lane, float* gradients)>;
  void ComputeLanes(ComputeLane compute);

  // Adds up all lanes of all ranks; afterwards each rank has the sum on its slice. Collective.
  void Reduce();

  // The part of every flat array that this rank owns: reduces, updates, keeps moments for.
  struct Slice {
    int64_t begin = 0;
    int64_t end = 0;
    int64_t size() const { return end - begin; }
  };
  Slice slice() const { return SliceOf(communicator_->rank()); }
  Slice SliceOf(int rank) const;

  // The summed gradients on slice(), after Reduce.
  std::span<const float> SummedGradients() const;

  // The sum of squares of the summed gradients over all slices; the same bits on every rank.
  // Collective.
  double SumOfSquares();

  // The parameter values, a flat array that all passes of this rank read and of which this rank
  // writes slice().
  std::span<float> values() { return values_; }

  // Gives every rank the slices of values() that the others own; and all of rank 0's values.
  // Collective.
  void ShareValues();
  void BroadcastValues();

  // Whether the ranks exchange through shared memory.
  bool shares_memory() const { return shared_values_ != nullptr; }

 private:
  // The nodes of the tree that ranks have added up, in order of lanes, and where the elements of
  // this rank's slice are.
  struct TreeInputs {
    std::vector<LaneRange> nodes;
    std::vector<const float*> arrays;
  };

  void PlaceShared();
  void PlaceOnHeap();
  std::span<float> OwnArray(int64_t size);
  const float* SumTree(LaneRange node, int64_t first, int64_t count, float* scratch) const;
  void ComputeNode(LaneRange node, int depth, float* sum, ComputeLane compute);
  int64_t BlocksOf(int rank) const;  // blocks of kSumBlock elements in a rank's slice

  Communicator* const communicator_;
  const int64_t size_;
  const int total_lanes_;
  const LaneRange lanes_;
  std::vector<std::vector<LaneRange>> subtrees_;  // of every rank

  // What shared memory holds, if there is any: each rank's partials one behind another, and rank
  // 0's the values.
  std::unique_ptr<SharedFloats> shared_partials_, shared_values_;
  // What the heap holds otherwise, and in any case what others need not see.
  std::vector<FloatArray> own_arrays_;

  std::span<float> values_;
  std::vector<std::span<float>> partials_;  // one for each subtree of this rank
  std::vector<std::span<float>>
      scratch_;        // right-hand sides of additions within a subtree, by depth
  TreeInputs inputs_;  // of the sum over all lanes, on this rank's slice
  std::vector<Communicator::Piece> reduce_sends_, reduce_receives_, share_sends_, share_receives_;
  std::vector<float> tree_scratch_;
  // Sums of squares by block: this rank's and everyone's, as many of each rank as the largest slice
  // has; then those there are, in order.
  std::vector<double> my_squares_, all_squares_, squares_;
};

}  // namespace elman
