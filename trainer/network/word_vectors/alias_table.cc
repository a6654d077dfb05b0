#include "trainer/network/word_vectors/alias_table.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {

AliasTable::AliasTable(std::span<const double> weights) : entries_(weights.size()) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  CHECK_GT(sum, 0);
  // Scales the weights to a mean of 1. Entries below 1 are filled up from entries above 1.
  std::vector<double> shares(weights.size());
  std::vector<int32_t> less, more;
  for (size_t i = 0; i < weights.size(); ++i) {
    shares[i] = weights[i] * static_cast<double>(weights.size()) / sum;
    (shares[i] < 1 ? less : more).push_back(static_cast<int32_t>(i));
  }
  while (!less.empty() && !more.empty()) {
    const int32_t small = less.back(), large = more.back();
    less.pop_back();
    entries_[small] = {static_cast<uint64_t>(shares[small] * 0x1p32), large};
    shares[large] -= 1 - shares[small];
    if (shares[large] >= 1) continue;
    more.pop_back();
    less.push_back(large);
  }
  // The remaining entries are full up to rounding errors, except those of weight 0.
  const auto likeliest = static_cast<int32_t>(std::ranges::max_element(weights) - weights.begin());
  for (const auto& rest : {less, more}) {
    for (const int32_t i : rest) entries_[i] = {weights[i] > 0 ? uint64_t{1} << 32 : 0, likeliest};
  }
}

}  // namespace elman
