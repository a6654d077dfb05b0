// Keeping an exploding gradient within bounds.
#pragma once

#include <algorithm>
#include <limits>

namespace elman {

// The factor that brings a gradient of Euclidean norm `norm` to at most `clip_norm` (Pascanu,
// Mikolov and Bengio, 2013); 1 where clip_norm is 0.
inline double ClipFactor(double norm, double clip_norm) {
  return clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1.0;
}

// Cuts a gradient to [-bound, bound].
inline float ClipValue(float gradient, float bound) { return std::clamp(gradient, -bound, bound); }

// The bound for ClipValue that a configured one stands for: 0 is none.
inline float ValueBound(double clip_value) {
  return clip_value > 0 ? static_cast<float>(clip_value) : std::numeric_limits<float>::infinity();
}

}  // namespace elman
