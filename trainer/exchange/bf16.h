// Conversion between float and bfloat16: the upper 16 bits of a float, with its range and 8 bits of
// precision.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace elman {

// Rounds to the nearest, ties to even. NaN stays NaN.
inline uint16_t ToBf16(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  if (std::isnan(x)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float FromBf16(uint16_t x) { return std::bit_cast<float>(uint32_t{x} << 16); }

inline float RoundToBf16(float x) { return FromBf16(ToBf16(x)); }

}  // namespace elman
