#include "data/batches/permutation.h"

#include <algorithm>
#include <bit>

#include "data/io/checksum.h"

namespace elman {
namespace {

// Halves with few bits need more rounds, because few rounds would reach too few permutations.
constexpr uint64_t kRounds = 8;

}  // namespace

Permutation::Permutation(uint64_t count, uint64_t key)
    : count_(count),
      key_(key),
      half_bits_((std::max(2, static_cast<int>(std::bit_width(count - (count > 0)))) + 1) / 2) {}

uint64_t Permutation::operator()(uint64_t number) const {
  do {
    number = Encipher(number);
  } while (number >= count_);
  return number;
}

uint64_t Permutation::Encipher(uint64_t number) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = number >> half_bits_, right = number & mask;
  for (uint64_t round = 0; round < kRounds; ++round) {
    const uint64_t next = left ^ (Mix(Mix(key_ + round) ^ right) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

}  // namespace elman
