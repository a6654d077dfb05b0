#include "trainer/exchange/lane_sum.h"

#include <algorithm>

#include "trainer/exchange/bf16.h"
#include "trainer/network/math/random.h"
#include "trainer/network/math/sums.h"

namespace elman {

uint32_t RoundingKey(const ExchangePlan& plan, uint64_t step, LaneRange node) {
  return RandomWord({plan.rounding_seed(), RandomPurpose::kRounding}, step, node.first, node.end);
}

LaneSum::LaneSum(const ExchangePlan* plan, std::span<const LaneRange> inputs, LaneRange target)
    : plan_(plan),
      schedule_(plan->lane_tree(), inputs, target),
      places_(schedule_.places() * kSumBlock) {}

void LaneSum::BeginStep(uint64_t step) {
  rounding_keys_.clear();
  for (const SumSchedule::Addition& addition : schedule_.additions()) {
    if (plan_->IsRounded(addition.node))
      rounding_keys_.push_back(RoundingKey(*plan_, step, addition.node));
  }
}

const float* LaneSum::At(std::span<const ArrayPart> parts, int64_t first, int64_t count) {
  const auto operand = [&](int i) -> const float* {
    return i >= 0 ? parts[i].at(first) : places_.data() + ~i * kSumBlock;
  };
  auto key = rounding_keys_.begin();
  for (const SumSchedule::Addition& addition : schedule_.additions()) {
    const float* const left = operand(addition.left);
    const float* const right = operand(addition.right);
    float* const sum = places_.data() + addition.place * kSumBlock;
    for (int64_t i = 0; i < count; ++i) sum[i] = left[i] + right[i];
    if (plan_->IsRounded(addition.node)) RoundStochastically(*key++, first, count, sum);
  }
  return operand(schedule_.result());
}

void NodeSums::Add(LaneRange node, ArrayPart part) {
  nodes_.push_back(node);
  parts_.push_back(part);
}

void NodeSums::UniteTouched(ArrayRange range, BlockSet* united) const {
  const std::span<uint64_t> words = WordsOn(united, range);
  const auto first = words.data() - united->words().data();
  std::ranges::copy(touched_[0].subspan(first, words.size()), words.begin());
  for (size_t rank = 1; rank < touched_.size(); ++rank) {
    for (size_t i = 0; i < words.size(); ++i) words[i] |= touched_[rank][first + i];
  }
}

}  // namespace elman
