// oneDNN's own recurrent primitives, over equally long sequences: an independent implementation of
// every cell but Jordan's, to compare results and speed with.
#pragma once

#include <cstdint>
#include <memory>

#include "trainer/network/cells/recurrent.h"

namespace elman {

class OneDnnRecurrent {
 public:
  OneDnnRecurrent(Cell cell, int64_t steps, int64_t batch, int64_t input_size, int64_t hidden_size);
  ~OneDnnRecurrent();

  // All arguments as those of RecurrentKernel; Backward belongs to the latest Forward, and nothing
  // comes back to the state after the last step.
  void Forward(const RecurrentWeights& weights, ConstMatrix x, ConstRecurrentState initial,
               Matrix y, RecurrentState last);
  void Backward(ConstMatrix d_y, Matrix d_x, RecurrentState d_initial,
                const RecurrentGradients& gradients);

 private:
  struct Primitives;
  const std::unique_ptr<Primitives> primitives_;
};

}  // namespace elman
