// Draws numbers with given probabilities, each in constant time (Walker, 1977; Vose, 1991).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

class AliasTable {
 public:
  // Of number i in proportion to weights[i], which are at least 0, and some above. What has weight
  // 0 is never drawn.
  explicit AliasTable(std::span<const double> weights);

  // The number that two random words stand for.
  int32_t Draw(uint32_t which, uint32_t coin) const {
    const auto i = static_cast<size_t>(uint64_t{which} * entries_.size() >> 32);
    return coin < entries_[i].threshold ? static_cast<int32_t>(i) : entries_[i].alias;
  }

 private:
  struct Entry {
    uint64_t threshold = 0;  // of 2^32: the entry's own number is drawn below it
    int32_t alias = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace elman
