// A random order of numbers by formula: nothing is stored, and any place can be asked for.
#pragma once

#include <cstdint>

namespace elman {

// A one-to-one mapping of the numbers below `count` to themselves, another for every key: a Feistel
// network over the next power of four, gone through again as long as the result is not below
// `count` (Black and Rogaway, 2002).
class Permutation {
 public:
  Permutation(uint64_t count, uint64_t key);

  uint64_t operator()(uint64_t number) const;  // number < count

 private:
  uint64_t Encipher(uint64_t number) const;

  uint64_t count_;
  uint64_t key_;
  int half_bits_;  // of half a number of the network
};

}  // namespace elman
