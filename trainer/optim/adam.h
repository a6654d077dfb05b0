// The Adam optimizer (Kingma and Ba, 2015, algorithm 1):
//   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w = w - rate m' / (sqrt(v') + epsilon)
// where m' = m / (1 - b1^t) and v' = v / (1 - b2^t) at step t.
#pragma once

#include "trainer/optim/optimizer.h"

namespace elman {

class Adam : public Optimizer {
 public:
  Adam(float beta1, float beta2, float epsilon) : beta1_(beta1), beta2_(beta2), epsilon_(epsilon) {}
  int moments() const override { return 2; }
  // False, because the first moment still changes the value.
  bool LeavesUntouched(float) const override { return false; }
  void Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
              std::span<const float> gradients, std::span<float* const> moments) const override;

 private:
  const float beta1_;
  const float beta2_;
  const float epsilon_;
};

}  // namespace elman
