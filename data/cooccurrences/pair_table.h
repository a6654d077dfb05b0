// Sums the weights of word pairs in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/io/checksum.h"

namespace elman {

// A pair of word ids as one key. The key is a hash that can be inverted (WordOf, ContextOf), so
// ascending keys give a shuffled order of pairs that is always the same.
constexpr uint64_t PairKey(uint32_t word, uint32_t context) {
  return Mix(uint64_t{word} << 32 | context);
}
constexpr uint32_t WordOf(uint64_t key) { return static_cast<uint32_t>(Unmix(key) >> 32); }
constexpr uint32_t ContextOf(uint64_t key) { return static_cast<uint32_t>(Unmix(key)); }

// The weight of a pair.
struct WeighedPair {
  uint64_t key = 0;
  uint64_t weight = 0;  // in units of 2^-32; 0: empty slot

  bool operator==(const WeighedPair&) const = default;
};

// Adds weights with saturation at 2^64 - 1. So the result does not depend on the order.
constexpr uint64_t AddWeights(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~uint64_t{0} : sum;
}

// An open-addressing hash table that is always sorted: the highest bits of a key give its home
// slot, and keys are in ascending order from there on (linear probing, Robin Hood hashing).
class PairTable {
 public:
  // Uses at most `most_bytes` bytes of memory, also while it grows. The minimum is a few KiB.
  explicit PairTable(uint64_t most_bytes);

  // Adds `weight` > 0 to a key. Returns false, without a change, if there is no room for a new key.
  bool Add(uint64_t key, uint64_t weight);

  size_t size() const { return size_; }

  // Calls visit(pair) for each pair in ascending order of keys, until one call does not return OK.
  template <typename Visit>
  auto ForEach(const Visit& visit) const -> decltype(visit(WeighedPair())) {
    for (const WeighedPair& slot : slots_) {
      if (slot.weight == 0) continue;
      if (auto status = visit(slot); !status.ok()) return status;
    }
    return {};
  }

  void Clear();  // keeps the memory

 private:
  size_t Home(uint64_t key) const { return key >> (64 - bits_); }
  bool Grow();

  const size_t most_slots_;
  int bits_ = 0;  // number of highest bits of a key that give its home slot
  size_t size_ = 0;
  std::vector<WeighedPair> slots_;  // 2^bits_ slots, and extra slots for collisions at the end
};

}  // namespace elman
