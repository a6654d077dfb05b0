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

// Rounds up or down at random, so that the expected value is x (stochastic rounding; Gupta et al.,
// 2015). The lower 16 bits of `random` decide. Zero, infinity and NaN stay what they are.
inline float RoundToBf16(float x, uint32_t random) {
  const auto bits = std::bit_cast<uint32_t>(x);
  const bool finite = (bits & 0x7f800000) != 0x7f800000;
  const uint32_t rounded = bits + (finite ? random & 0xffff : 0);
  const uint32_t kept = std::isnan(x) ? rounded | 0x400000 : rounded;
  return std::bit_cast<float>(kept & 0xffff0000);
}

// Rounds elements of a flat array stochastically. The random numbers are a function of `key` and of
// the position in the array; elements[0] is at position `first`.
inline void RoundStochastically(uint32_t key, int64_t first, int64_t count, float* elements) {
  for (int64_t i = 0; i < count; ++i) {
    // A mixer of 32 bits: every bit of the position changes about half of the bits.
    uint32_t word = static_cast<uint32_t>(first + i) * 0x9e3779b1u + key;
    word = (word ^ word >> 16) * 0x7feb352du;
    word = (word ^ word >> 15) * 0x846ca68bu;
    elements[i] = RoundToBf16(elements[i], word >> 16);
  }
}

}  // namespace elman
