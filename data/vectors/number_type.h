// Number types in files of vectors, and conversion of their little-endian bytes to floats.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace elman {

// Type of the numbers of a tensor or vector file; kOther is any unsupported type.
enum class NumberType { kFloat64, kFloat32, kFloat16, kBfloat16, kInt64, kInt32, kOther };

// Size in bytes of a number; 0 for kOther.
uint64_t BytesOf(NumberType type);

bool IsFloatingPoint(NumberType type);

// Converts floats.size() numbers of a floating-point type.
void ToFloats(NumberType type, std::string_view bytes, std::span<float> floats);

// Whether all numbers of a floating-point type are finite.
bool AllFinite(NumberType type, std::string_view bytes);

}  // namespace elman
