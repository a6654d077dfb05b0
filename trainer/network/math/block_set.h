// Which parts of a flat array are in use: a bit for every block of kBlock elements.
//
// A step adds to a few rows of an embedding table and to all of every other parameter. Whoever
// clears, adds up, sends or updates gradients by blocks leaves the other rows alone.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// Elements of a block: a part of a row of most tables, so that neighbors of a row in use are seldom
// dragged along; large beside the bit that stands for it.
inline constexpr int64_t kBlock = 64;

class BlockSet {
 public:
  // No block of an array of so many elements.
  explicit BlockSet(int64_t elements);

  int64_t elements() const { return elements_; }

  void Clear();
  // The blocks in which the elements [first, first + count) lie.
  void Insert(int64_t first, int64_t count);
  void Insert(const BlockSet& other);  // of the same array

  // How many of the elements [begin, end) lie in blocks of the set.
  int64_t Count(int64_t begin, int64_t end) const;

  // Calls visit(first, count) with the elements of each longest run of neighboring blocks within
  // [begin, end), in order; the first and the last may be parts of blocks.
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

  // The bits, block 0 the lowest of the first word; to be copied between sets of the same array.
  std::span<uint64_t> words() { return words_; }
  std::span<const uint64_t> words() const { return words_; }

  bool operator==(const BlockSet&) const = default;

 private:
  static constexpr int64_t kWordBits = 64;

  // The first block of [block, last) that is in the set, or that is not; `last` if there is none.
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
