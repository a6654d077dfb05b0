// Draws numbers from a discrete distribution in constant time (alias method: Walker, 1977; Vose,
// 1991).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

class AliasTable {
 public:
  // Number i is drawn with a probability proportional to weights[i]. Weights are at least 0, and
  // one is positive. A number with weight 0 is never drawn.
  explicit AliasTable(std::span<const double> weights);

  // Maps two random 32-bit words to a number.
  int32_t Draw(uint32_t which, uint32_t coin) const {
    const auto i = static_cast<size_t>(uint64_t{which} * entries_.size() >> 32);
    return coin < entries_[i].threshold ? static_cast<int32_t>(i) : entries_[i].alias;
  }

 private:
  struct Entry {
    uint64_t threshold = 0;  // of 2^32: a coin below it draws the entry's own number
    int32_t alias = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace elman
