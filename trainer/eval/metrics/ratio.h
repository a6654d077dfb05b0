// Ratios of counts.
#pragma once

#include <cstdint>

namespace elman {

// part / whole; 0 if both are 0, as in conlleval and in scikit-learn with zero_division=0.
inline double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace elman
