#include "trainer/optim/adam.h"

#include <cmath>

#include "trainer/optim/clipping.h"

namespace elman {

void Adam::Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
                  std::span<const float> gradients, std::span<float* const> moments) const {
  const double t = static_cast<double>(step.number);
  const float rate = static_cast<float>(step.learning_rate / (1 - std::pow(double{beta1_}, t)));
  const float second = static_cast<float>(1 / (1 - std::pow(double{beta2_}, t)));
  const float scale = static_cast<float>(step.gradient_scale);
  const float bound = ValueBound(step.clip_value);
  const float beta1 = beta1_, beta2 = beta2_, epsilon = epsilon_;
  float* const w = values.data();
  float* const m = moments[0];
  float* const v = moments[1];
  const float* const gradient = gradients.data();
  for (size_t i = 0; i < values.size(); ++i) {
    const float g = ClipValue(scale * gradient[i], bound) + weight_decay * w[i];
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    w[i] -= rate * m[i] / (std::sqrt(v[i] * second) + epsilon);
  }
}

}  // namespace elman
