#include "trainer/optim/sgd.h"

#include "trainer/optim/clipping.h"

namespace elman {

void Sgd::Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
                 std::span<const float> gradients, std::span<float* const> moments) const {
  const float rate = static_cast<float>(step.learning_rate);
  const float scale = static_cast<float>(step.gradient_scale);
  const float bound = ValueBound(step.clip_value);
  float* const w = values.data();
  const float* const gradient = gradients.data();
  if (momentum_ == 0) {
    for (size_t i = 0; i < values.size(); ++i)
      w[i] -= rate * (ClipValue(scale * gradient[i], bound) + weight_decay * w[i]);
    return;
  }
  float* const m = moments[0];
  for (size_t i = 0; i < values.size(); ++i) {
    m[i] = momentum_ * m[i] + (ClipValue(scale * gradient[i], bound) + weight_decay * w[i]);
    w[i] -= rate * m[i];
  }
}

}  // namespace elman
