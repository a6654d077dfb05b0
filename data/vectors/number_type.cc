#include "data/vectors/number_type.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace elman {
namespace {

float FloatOfHalf(uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  float value = 0;
  if (exponent == 31) {
    value = mantissa == 0 ? std::numeric_limits<float>::infinity()
                          : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    // The exponent biases of the two types differ by 112.
    value = std::bit_cast<float>(static_cast<uint32_t>(exponent + 112) << 23 |
                                 static_cast<uint32_t>(mantissa) << 13);
  }
  return half >> 15 != 0 ? -value : value;
}

template <typename Stored>
Stored NumberAt(std::string_view bytes, size_t i) {
  Stored stored;
  std::memcpy(&stored, bytes.data() + i * sizeof(stored), sizeof(stored));
  return stored;
}

template <typename Stored, typename Convert>
void ConvertAll(std::string_view bytes, std::span<float> floats, const Convert& convert) {
  for (size_t i = 0; i < floats.size(); ++i) floats[i] = convert(NumberAt<Stored>(bytes, i));
}

// Infinities and NaN have all exponent bits set.
template <typename Bits>
bool NoneHasAll(Bits exponent, std::string_view bytes) {
  for (size_t i = 0; i < bytes.size() / sizeof(Bits); ++i) {
    if ((NumberAt<Bits>(bytes, i) & exponent) == exponent) return false;
  }
  return true;
}

}  // namespace

uint64_t BytesOf(NumberType type) {
  switch (type) {
    case NumberType::kFloat64:
    case NumberType::kInt64:
      return 8;
    case NumberType::kFloat32:
    case NumberType::kInt32:
      return 4;
    case NumberType::kFloat16:
    case NumberType::kBfloat16:
      return 2;
    case NumberType::kOther:
      return 0;
  }
  return 0;
}

bool IsFloatingPoint(NumberType type) { return type <= NumberType::kBfloat16; }

void ToFloats(NumberType type, std::string_view bytes, std::span<float> floats) {
  switch (type) {
    case NumberType::kFloat64:
      return ConvertAll<double>(bytes, floats,
                                [](double stored) { return static_cast<float>(stored); });
    case NumberType::kFloat32:
      return ConvertAll<float>(bytes, floats, [](float stored) { return stored; });
    case NumberType::kFloat16:
      return ConvertAll<uint16_t>(bytes, floats, FloatOfHalf);
    case NumberType::kBfloat16:
      return ConvertAll<uint16_t>(bytes, floats, [](uint16_t stored) {
        return std::bit_cast<float>(static_cast<uint32_t>(stored) << 16);
      });
    default:
      return;
  }
}

bool AllFinite(NumberType type, std::string_view bytes) {
  switch (type) {
    case NumberType::kFloat64:
      return NoneHasAll(uint64_t{0x7ff} << 52, bytes);
    case NumberType::kFloat32:
      return NoneHasAll(uint32_t{0xff} << 23, bytes);
    case NumberType::kFloat16:
      return NoneHasAll(uint16_t{0x7c00}, bytes);
    case NumberType::kBfloat16:
      return NoneHasAll(uint16_t{0x7f80}, bytes);
    default:
      return true;
  }
}

}  // namespace elman
