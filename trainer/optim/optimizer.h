// Interface of optimizers. They update flat arrays, any range of elements at a time, and do not
// depend on layers.
#pragma once

#include <cstdint>
#include <span>

namespace elman {

// Inputs of one optimizer step in addition to the arrays.
struct OptimizerStep {
  int64_t number = 1;  // number of this step, starting at 1
  double learning_rate = 0;
  double gradient_scale = 1;  // applied first: normalization and clipping by norm
  double clip_value = 0;      // applied next: limit of the absolute value; 0: no limit
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Number of moments: arrays as long as the values, initially zero, that are kept between steps.
  virtual int moments() const = 0;

  // Returns whether a value with a zero gradient stays unchanged.
  virtual bool LeavesUntouched(float weight_decay) const = 0;

  // Updates `values` from `gradients`. All spans and moments have the same length. Adds
  // `weight_decay` times the value to the scaled gradient (L2 penalty).
  virtual void Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
                      std::span<const float> gradients, std::span<float* const> moments) const = 0;
};

}  // namespace elman
