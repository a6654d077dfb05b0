#include "data/cooccurrences/pair_table.h"

#include <algorithm>

namespace elman {
namespace {

constexpr int kMinBits = 8;
constexpr size_t kBehind = 64;  // slots after the home slots, for collisions at the end

size_t Slots(int bits) { return (size_t{1} << bits) + kBehind; }

}  // namespace

PairTable::PairTable(uint64_t most_bytes)
    : most_slots_(most_bytes / sizeof(WeighedPair)), bits_(kMinBits), slots_(Slots(bits_)) {}

bool PairTable::Add(uint64_t key, uint64_t weight) {
  while (true) {
    size_t slot = Home(key);
    while (slot < slots_.size() && slots_[slot].weight > 0 && slots_[slot].key < key) ++slot;
    if (slot < slots_.size() && slots_[slot].weight > 0 && slots_[slot].key == key) {
      slots_[slot].weight = AddWeights(slots_[slot].weight, weight);
      return true;
    }
    size_t free = slot;
    while (free < slots_.size() && slots_[free].weight > 0) ++free;
    const bool crowded = size_ >= (size_t{3} << bits_) / 4 || free >= slots_.size();
    if (!crowded) {
      std::move_backward(slots_.begin() + slot, slots_.begin() + free, slots_.begin() + free + 1);
      slots_[slot] = {key, weight};
      ++size_;
      return true;
    }
    if (!Grow()) return false;
  }
}

// Doubles the number of slots. Meanwhile both tables are in memory.
bool PairTable::Grow() {
  if (slots_.size() + Slots(bits_ + 1) > most_slots_) return false;
  ++bits_;
  std::vector<WeighedPair> larger(Slots(bits_));
  size_t next = 0;
  for (const WeighedPair& pair : slots_) {
    if (pair.weight == 0) continue;
    next = std::max(next, Home(pair.key));
    if (next == larger.size()) larger.emplace_back();
    larger[next++] = pair;
  }
  slots_.swap(larger);
  return true;
}

void PairTable::Clear() {
  std::ranges::fill(slots_, WeighedPair());
  size_ = 0;
}

}  // namespace elman
