// The AdaGrad optimizer (Duchi, Hazan and Singer, 2011). For each element:
//   s = s + g^2,  w = w - rate g / (sqrt(s0 + s) + epsilon)
// The sums s are initially zero, like all moments; s0 is the initial accumulator value of other
// implementations.
#pragma once

#include "trainer/optim/optimizer.h"

namespace elman {

class Adagrad : public Optimizer {
 public:
  Adagrad(float initial_sum, float epsilon) : initial_sum_(initial_sum), epsilon_(epsilon) {}
  int moments() const override { return 1; }
  bool LeavesUntouched(float weight_decay) const override { return weight_decay == 0; }
  void Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
              std::span<const float> gradients, std::span<float* const> moments) const override;

 private:
  const float initial_sum_;
  const float epsilon_;
};

}  // namespace elman
