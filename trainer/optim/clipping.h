// Gradient clipping, by norm and by value.
#pragma once

#include <algorithm>
#include <limits>

namespace elman {

// Returns the factor that reduces a gradient of Euclidean norm `norm` to at most `clip_norm`
// (Pascanu, Mikolov and Bengio, 2013); 1 if clip_norm is 0.
inline double ClipFactor(double norm, double clip_norm) {
  return clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1.0;
}

// Clips a gradient element to [-bound, bound].
inline float ClipValue(float gradient, float bound) { return std::clamp(gradient, -bound, bound); }

// Converts the configured clip_value to the bound of ClipValue; 0 means no bound.
inline float ValueBound(double clip_value) {
  return clip_value > 0 ? static_cast<float>(clip_value) : std::numeric_limits<float>::infinity();
}

}  // namespace elman
