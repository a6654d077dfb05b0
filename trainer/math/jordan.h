// Jordan's network (Jordan, 1986, "Serial order: a parallel distributed processing approach"), on
// matrix products: see recurrent.h for its equations.
#pragma once

#include "trainer/math/recurrent.h"

namespace elman {

class Jordan : public RecurrentPrimitives {
 public:
  Jordan(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}

  void UseWeights(const RecurrentWeights& weights) override;
  void Infer(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial, Matrix y,
             RecurrentState last, Workspace* workspace) override;
  RecurrentTape Forward(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial,
                        Matrix y, RecurrentState last, Workspace* workspace) override;
  void Backward(int64_t steps, int64_t batch, const RecurrentTape& tape, ConstMatrix d_y,
                ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                const RecurrentGradients& gradients, Workspace* workspace) override;

 private:
  const int64_t input_size_;
  const int64_t hidden_size_;
  RecurrentWeights weights_;
};

}  // namespace elman
