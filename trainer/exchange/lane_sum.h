// Adds gradients of lanes in the order of the lane tree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/exchange/block_packing.h"
#include "trainer/exchange/exchange_plan.h"

namespace elman {

// The key of the random numbers that round the sum of a node in a step.
uint32_t RoundingKey(const ExchangePlan& plan, uint64_t step, LaneRange node);

// Computes the sum of one node of the lane tree from sums of nodes below it.
class LaneSum {
 public:
  // `inputs` are disjoint and cover `target`; others are not used. The plan must outlive this.
  LaneSum(const ExchangePlan* plan, std::span<const LaneRange> inputs, LaneRange target);

  const SumSchedule& schedule() const { return schedule_; }

  // Sets the step for which sums are rounded.
  void BeginStep(uint64_t step);

  // Returns the sums on elements [first, first + count) of the array, count <= kSumBlock: a pointer
  // into the input if there is nothing to add. `parts` are the inputs, in the same order. The
  // result is valid until the next call.
  const float* At(std::span<const ArrayPart> parts, int64_t first, int64_t count);

 private:
  const ExchangePlan* plan_;
  SumSchedule schedule_;
  std::vector<uint32_t> rounding_keys_;  // of the additions whose result is rounded, in order
  std::vector<float> places_;            // intermediate results, kSumBlock elements each
};

// The sums that the ranks of a node have computed alone, in shared memory.
class NodeSums {
 public:
  // Adds the sum of a node of the lane tree.
  void Add(LaneRange node, ArrayPart part);
  // Adds the blocks that a rank touched, as the words of a BlockSet.
  void AddTouched(std::span<const uint64_t> words) { touched_.push_back(words); }

  const std::vector<LaneRange>& nodes() const { return nodes_; }
  const std::vector<ArrayPart>& parts() const { return parts_; }

  // Sets `united` to the blocks of a range that any rank of the node touched.
  void UniteTouched(ArrayRange range, BlockSet* united) const;

 private:
  std::vector<LaneRange> nodes_;
  std::vector<ArrayPart> parts_;
  std::vector<std::span<const uint64_t>> touched_;
};

}  // namespace elman
