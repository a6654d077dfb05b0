// What an evaluation adds up over the parts of a split. An evaluator names its sums in a struct of
// its own; they are added up and sent between ranks as arrays, in the order of the struct.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/math/check.h"

namespace elman {

// Of a part, or of all. The numbers of each kind are as many for every part.
struct EvaluationSums {
  std::vector<double> real = {};    // to be added in the order of parts
  std::vector<int64_t> whole = {};  // to be added in any

  EvaluationSums& operator+=(const EvaluationSums& next);
};

// The numbers of `Named`, a struct of nothing but members of the type Number.
template <typename Number, typename Named>
std::vector<Number> ArrayOf(const Named& named) {
  const auto numbers = std::bit_cast<std::array<Number, sizeof(Named) / sizeof(Number)>>(named);
  return {numbers.begin(), numbers.end()};
}

// The struct whose numbers these are.
template <typename Named, typename Number>
Named NamedOf(std::span<const Number> numbers) {
  std::array<Number, sizeof(Named) / sizeof(Number)> array;
  CHECK_EQ(numbers.size(), array.size());
  std::ranges::copy(numbers, array.begin());
  return std::bit_cast<Named>(array);
}

}  // namespace elman
