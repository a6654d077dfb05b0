// The set of blocks of a flat array that are in use: one bit per block of kBlock elements.
//
// A training step changes a few rows of an embedding table and all of every other parameter. Code
// that clears, adds, sends or updates gradients block by block skips the unused rows.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// Elements per block. A block is smaller than a row of most tables, so few neighboring rows are
// included with a row in use, and it is large compared to the bit that represents it.
inline constexpr int64_t kBlock = 64;

class BlockSet {
 public:
  // The empty set for an array of `elements` elements.
  explicit BlockSet(int64_t elements);

  int64_t elements() const { return elements_; }

  // Removes all blocks.
  void Clear();
  // Adds the blocks that contain the elements [first, first + count).
  void Insert(int64_t first, int64_t count);
  // Adds the blocks of another set of the same array.
  void Insert(const BlockSet& other);

  // Returns the number of elements of [begin, end) that are in blocks of the set.
  int64_t Count(int64_t begin, int64_t end) const;

  // Calls visit(first, count) for each maximal run of adjacent elements of [begin, end) whose
  // blocks are in the set, in ascending order. Runs at either end may cover only part of a block.
  template <typename Visit>
  void ForEachRun(int64_t begin, int64_t end, const Visit& visit) const {
    const int64_t last = (end + kBlock - 1) / kBlock;
    for (int64_t block = Next(begin / kBlock, last, true); block < last;) {
      const int64_t after = Next(block, last, false);
      const int64_t first = std::max(block * kBlock, begin);
      visit(first, std::min(after * kBlock, end) - first);
      block = Next(after, last, true);
    }
  }

  // The bits; block 0 is the lowest bit of the first word. They may be copied between sets of the
  // same array.
  std::span<uint64_t> words() { return words_; }
  std::span<const uint64_t> words() const { return words_; }

  bool operator==(const BlockSet&) const = default;

 private:
  static constexpr int64_t kWordBits = 64;

  // Returns the first block of [block, last) that is in the set (or is not, if `in_set` is false);
  // `last` if there is none.
  int64_t Next(int64_t block, int64_t last, bool in_set) const {
    while (block < last) {
      const uint64_t word = in_set ? words_[block / kWordBits] : ~words_[block / kWordBits];
      const uint64_t rest = word >> (block % kWordBits);
      if (rest != 0) return std::min(block + std::countr_zero(rest), last);
      block = (block / kWordBits + 1) * kWordBits;
    }
    return last;
  }

  int64_t elements_;
  std::vector<uint64_t> words_;
};

}  // namespace elman
