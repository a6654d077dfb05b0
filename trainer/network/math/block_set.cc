#include "trainer/network/math/block_set.h"

#include "trainer/network/math/check.h"

namespace elman {

BlockSet::BlockSet(int64_t elements)
    : elements_(elements), words_((elements + kBlock * kWordBits - 1) / (kBlock * kWordBits)) {}

void BlockSet::Clear() { std::ranges::fill(words_, 0); }

void BlockSet::Insert(int64_t first, int64_t count) {
  CHECK_LE(first + count, elements_);
  if (count == 0) return;
  const int64_t last = (first + count - 1) / kBlock;
  for (int64_t block = first / kBlock; block <= last;) {
    const int64_t word = block / kWordBits, bit = block % kWordBits;
    const int64_t bits = std::min(kWordBits - bit, last + 1 - block);
    words_[word] |= (~uint64_t{0} >> (kWordBits - bits)) << bit;
    block += bits;
  }
}

void BlockSet::Insert(const BlockSet& other) {
  CHECK_EQ(elements_, other.elements_);
  for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

int64_t BlockSet::Count(int64_t begin, int64_t end) const {
  int64_t elements = 0;
  ForEachRun(begin, end, [&](int64_t, int64_t count) { elements += count; });
  return elements;
}

}  // namespace elman
