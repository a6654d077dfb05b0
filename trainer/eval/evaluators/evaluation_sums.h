// The sums that an evaluation collects over the parts of a split. An evaluator names its sums in a
// struct of its own; to be added and sent between ranks they are arrays, in the order of the
// struct's members.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/math/check.h"

namespace elman {

// The sums of a part of a split, or of the whole split. The arrays have the same sizes for all
// parts. Their elements depend on the task; losses are in nats, summed over targets:
//
//   LANGUAGE_MODEL  real   loss, number of tokens (</s> included); both again for <unk> only
//                   whole  none
//   TAGGING         real   loss, number of targets
//                   whole  counts of LabelMetrics: by length, by pair of tags, by entity type
//   CLASSIFICATION  real   loss, number of targets
//                   whole  counts of LabelMetrics: by length, by pair of labels
//   TRANSLATION     real   loss, number of target tokens; BLEU and chrF: see translation_scorer.h
//                   whole  none
//   EMBEDDING       real   loss
//                   whole  number of predictions
struct EvaluationSums {
  std::vector<double> real = {};    // added in the order of parts
  std::vector<int64_t> whole = {};  // added in any order

  EvaluationSums& operator+=(const EvaluationSums& next);
};

// Returns the members of `Named`, a struct with only members of type Number, as an array.
template <typename Number, typename Named>
std::vector<Number> ArrayOf(const Named& named) {
  const auto numbers = std::bit_cast<std::array<Number, sizeof(Named) / sizeof(Number)>>(named);
  return {numbers.begin(), numbers.end()};
}

// The inverse of ArrayOf.
template <typename Named, typename Number>
Named NamedOf(std::span<const Number> numbers) {
  std::array<Number, sizeof(Named) / sizeof(Number)> array;
  CHECK_EQ(numbers.size(), array.size());
  std::ranges::copy(numbers, array.begin());
  return std::bit_cast<Named>(array);
}

}  // namespace elman
