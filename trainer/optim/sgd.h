// Stochastic gradient descent with momentum:  m = momentum m + g,  w = w - rate m.
#pragma once

#include "trainer/optim/optimizer.h"

namespace elman {

class Sgd : public Optimizer {
 public:
  explicit Sgd(float momentum) : momentum_(momentum) {}
  int moments() const override { return momentum_ == 0 ? 0 : 1; }
  bool LeavesUntouched(float weight_decay) const override {
    return momentum_ == 0 && weight_decay == 0;
  }
  void Update(const OptimizerStep& step, float weight_decay, std::span<float> values,
              std::span<const float> gradients, std::span<float* const> moments) const override;

 private:
  const float momentum_;
};

}  // namespace elman
