// Random permutations that are computed by a formula: nothing is stored, and every position can be
// computed directly.
#pragma once

#include <cstdint>

namespace elman {

// A permutation of the numbers 0 to count - 1, different for every key. A Feistel network over the
// next power of four, applied repeatedly until the result is less than `count` (Black and Rogaway,
// 2002).
class Permutation {
 public:
  Permutation(uint64_t count, uint64_t key);

  uint64_t operator()(uint64_t number) const;  // number < count

 private:
  uint64_t Encipher(uint64_t number) const;

  uint64_t count_;
  uint64_t key_;
  int half_bits_;  // bits of each half of the Feistel network
};

}  // namespace elman
