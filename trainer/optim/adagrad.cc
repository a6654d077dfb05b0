#include "trainer/optim/adagrad.h"

#include <cmath>

#include "trainer/optim/clipping.h"

namespace elman {

void Adagrad::Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
                     std::span<const float> gradients, std::span<float* const> moments) const {
  const float rate = static_cast<float>(step.learning_rate);
  const float scale = static_cast<float>(step.gradient_scale);
  const float bound = ValueBound(step.clip_value);
  const float initial_sum = initial_sum_, epsilon = epsilon_;
  float* const w = values.data();
  float* const s = moments[0];
  const float* const gradient = gradients.data();
  for (size_t i = 0; i < values.size(); ++i) {
    const float g = ClipValue(scale * gradient[i], bound) + weight_decay * w[i];
    s[i] += g * g;
    w[i] -= rate * g / (std::sqrt(initial_sum + s[i]) + epsilon);
  }
}

}  // namespace elman
