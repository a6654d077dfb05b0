// From the gradients of every lane to their sum, of which each rank owns a slice, and back to values that every rank has.
//
// Lanes are added in the fixed tree of comm/lane_tree.h: on a rank while its lanes are computed, then across ranks by the
// owner of each slice. The sum is therefore the same bits on any number of ranks. Slices end on blocks of kSumBlock
// elements, so that sums of squares, taken by block, do not depend on the ranks either.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/comm/lane_tree.h"

namespace elman {

// A flat array, aligned for vector instructions and zeroed.
class FloatArray {
 public:
  explicit FloatArray(int64_t size);
  float* data() { return data_.get(); }
  std::span<float> span() { return {data_.get(), static_cast<size_t>(size_)}; }

 private:
  struct Free {
    void operator()(float* data) const;
  };
  std::unique_ptr<float[], Free> data_;
  int64_t size_;
};

class GradientExchange {
 public:
  // For flat arrays of `size` floats. The communicator must outlive the exchange. Requires ranks <= lanes.
  GradientExchange(Communicator* communicator, int64_t size, int lanes);

  LaneRange lanes() const { return lanes_; }  // of this rank

  // Calls compute(lane, gradients) for each lane of this rank, with zeroed gradients for it to add to, and adds them up
  // as far as the tree allows without the other ranks.
  void ComputeLanes(const std::function<void(int lane, float* gradients)>& compute);

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

  // The sum of squares of the summed gradients over all slices; the same bits on every rank. Collective.
  double SumOfSquares();

  // Gives every rank the slices of `array`, a flat array, that the others own. Collective.
  void ShareSlices(float* array);

 private:
  void ComputeNode(LaneRange node, int depth, float* sum, const std::function<void(int, float*)>& compute);

  Communicator* const communicator_;
  const int64_t size_;
  const int total_lanes_;
  const LaneRange lanes_;
  std::vector<std::vector<LaneRange>> subtrees_;  // of every rank
  std::vector<FloatArray> partials_;              // one for each subtree of this rank
  std::vector<FloatArray> scratch_;               // right-hand sides of additions within a subtree, by depth
  std::vector<FloatArray> received_;              // the other ranks' partials on this rank's slice, in order of lanes
};

}  // namespace elman
