// The types of numbers in files of vectors, and their bytes, little-endian, as floats.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace elman {

enum class NumberType { kFloat64, kFloat32, kFloat16, kBfloat16, kInt64, kInt32, kOther };

// Of a number; 0 of kOther.
uint64_t BytesOf(NumberType type);

bool IsFloatingPoint(NumberType type);

// As many numbers as `floats` has, of a floating-point type.
void ToFloats(NumberType type, std::string_view bytes, std::span<float> floats);

// Whether all numbers of a floating-point type are finite.
bool AllFinite(NumberType type, std::string_view bytes);

}  // namespace elman
