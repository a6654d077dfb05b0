// Keeping an exploding gradient within bounds.
#pragma once

namespace elman {

// The factor that brings a gradient of Euclidean norm `norm` to at most `clip_norm` (Pascanu,
// Mikolov and Bengio, 2013); 1 where clip_norm is 0.
inline double ClipFactor(double norm, double clip_norm) {
  return clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1.0;
}

}  // namespace elman
