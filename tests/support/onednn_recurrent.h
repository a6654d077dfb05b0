// Runs oneDNN's recurrent primitives on sequences of equal length: an independent implementation of
// every cell except Jordan's, to compare results and speed.
#pragma once

#include <cstdint>
#include <memory>

#include "trainer/network/cells/recurrent.h"

namespace elman {

class OneDnnRecurrent {
 public:
  // Whether the results of the primitive are correct in this version of oneDNN.
  static bool IsCorrect(Cell cell, int64_t hidden_size);

  OneDnnRecurrent(Cell cell, int64_t steps, int64_t batch, int64_t input_size, int64_t hidden_size);
  ~OneDnnRecurrent();

  // The arguments are those of RecurrentKernel. Backward belongs to the latest Forward; the
  // gradient of the state after the last step is zero.
  void Forward(const RecurrentWeights& weights, ConstMatrix x, ConstRecurrentState initial,
               Matrix y, RecurrentState last);
  void Backward(ConstMatrix d_y, Matrix d_x, RecurrentState d_initial,
                const RecurrentGradients& gradients);

 private:
  struct Primitives;
  const std::unique_ptr<Primitives> primitives_;
};

}  // namespace elman
