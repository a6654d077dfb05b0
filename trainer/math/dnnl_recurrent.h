// The recurrent cells that oneDNN has: everything but Jordan's network.
#pragma once

#include "trainer/math/recurrent.h"

namespace elman {

class DnnlRecurrent : public RecurrentPrimitives {
 public:
  DnnlRecurrent(Cell cell, int64_t input_size, int64_t hidden_size);
  ~DnnlRecurrent() override;

  void UseWeights(const RecurrentWeights& weights) override;
  void Infer(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial, Matrix y,
             RecurrentState last, Workspace* workspace) override;
  RecurrentTape Forward(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial,
                        Matrix y, RecurrentState last, Workspace* workspace) override;
  void Backward(int64_t steps, int64_t batch, const RecurrentTape& tape, ConstMatrix d_y,
                ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                const RecurrentGradients& gradients, Workspace* workspace) override;

 private:
  struct Primitives;
  std::unique_ptr<Primitives> primitives_;
};

}  // namespace elman
