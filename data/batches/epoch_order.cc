#include "data/batches/epoch_order.h"

#include <algorithm>

#include "data/batches/permutation.h"
#include "data/io/checksum.h"

namespace elman {

uint64_t RandomKeyOf(uint64_t seed, uint64_t epoch, RandomOrder order, uint64_t number) {
  return Mix(Mix(Mix(Mix(seed) ^ epoch) ^ static_cast<uint64_t>(order)) ^ number);
}

void EpochOrder::Begin(uint64_t epoch) {
  epoch_ = epoch;
  const size_t blocks = block_begins_.size() - 1;
  const Permutation permutation(blocks, RandomKeyOf(seed_, epoch, RandomOrder::kBlocks, 0));
  order_.resize(blocks);
  first_place_.assign(1, 0);
  for (size_t i = 0; i < order_.size(); ++i) {
    order_[i] = static_cast<uint32_t>(permutation(i));
    const uint64_t examples = block_begins_[order_[i] + 1] - block_begins_[order_[i]];
    first_place_.push_back(first_place_.back() + examples);
  }
}

uint64_t EpochOrder::ExampleAt(uint64_t place) const {
  const auto block_of = [&](uint64_t at) {
    return static_cast<size_t>(std::ranges::upper_bound(first_place_, at) - first_place_.begin()) -
           1;
  };
  const size_t group = block_of(place) / kBlocksPerGroup;
  const uint64_t begin = first_place_[group * kBlocksPerGroup];
  const uint64_t end = first_place_[std::min((group + 1) * kBlocksPerGroup, order_.size())];
  const Permutation permutation(end - begin,
                                RandomKeyOf(seed_, epoch_, RandomOrder::kExamples, group));
  const uint64_t at = begin + permutation(place - begin);
  const size_t block = block_of(at);
  return block_begins_[order_[block]] + (at - first_place_[block]);
}

}  // namespace elman
