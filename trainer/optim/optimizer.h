// Rules that turn gradients into better values. They work on flat spans, any part of the arrays at
// a time, and know nothing of layers.
#pragma once

#include <cstdint>
#include <span>

namespace elman {

// What one step of an optimizer is given, besides the arrays.
struct OptimizerStep {
  int64_t number = 1;  // of this step, from 1
  double learning_rate = 0;
  double gradient_scale = 1;  // multiplies every gradient first: normalization and clipping by norm
  double clip_value = 0;      // then bounds its size; 0: not
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // How many moments (arrays as long as the values) it keeps from step to step; they begin as
  // zeros.
  virtual int moments() const = 0;

  // Whether a value whose gradient is zero stays as it is.
  virtual bool LeavesUntouched(float weight_decay) const = 0;

  // Updates `values` from `gradients`; every span, and each of the moments, has the same length.
  // `weight_decay` times the value is added to the scaled gradient.
  virtual void Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
                      std::span<const float> gradients, std::span<float* const> moments) const = 0;
};

}  // namespace elman
