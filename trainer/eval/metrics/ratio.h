// Ratios of counts.
#pragma once

#include <cstdint>

namespace elman {

// part / whole; 0 of nothing is 0, as conlleval and scikit-learn's zero_division=0 have it.
inline double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace elman
