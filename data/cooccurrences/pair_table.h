// Weights of pairs of words, added up in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/io/checksum.h"

namespace elman {

// A pair as one number that looks random: the order of such numbers is a shuffled order of pairs,
// and the same wherever and however they were counted.
constexpr uint64_t PairKey(uint32_t word, uint32_t context) {
  return Mix(uint64_t{word} << 32 | context);
}
constexpr uint32_t WordOf(uint64_t key) { return static_cast<uint32_t>(Unmix(key) >> 32); }
constexpr uint32_t ContextOf(uint64_t key) { return static_cast<uint32_t>(Unmix(key)); }

struct WeighedPair {
  uint64_t key = 0;
  uint64_t weight = 0;  // in units of 2^-32; 0: no pair

  bool operator==(const WeighedPair&) const = default;
};

// A sum of weights; one that no number holds is the highest that there is, in whatever order they
// are added.
constexpr uint64_t AddWeights(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~uint64_t{0} : sum;
}

// An open hash table that is sorted at all times: the place of a key is given by its highest bits,
// and from there on keys stand in order (linear probing as Robin Hood has it).
class PairTable {
 public:
  // Takes at most so many bytes, also while it grows; a few KiB at least.
  explicit PairTable(uint64_t most_bytes);

  // `weight` > 0. False if there is no room for another pair; the table is as before.
  bool Add(uint64_t key, uint64_t weight);

  size_t size() const { return size_; }

  // Calls visit(pair) for each pair, in the order of keys, until one returns something else than
  // OK.
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
  int bits_ = 0;  // of a key, that say where it belongs
  size_t size_ = 0;
  std::vector<WeighedPair> slots_;  // 2^bits_, and some for what belongs to the last ones
};

}  // namespace elman
