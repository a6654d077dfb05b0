// A tanh layer: y = tanh(x W + b), or without b as in Luong, Pham and Manning (2015).
#pragma once

#include <string>
#include <vector>

#include "trainer/network/layers/linear.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

class TanhLayer {
 public:
  TanhLayer(const std::string& name, int64_t input_size, int64_t output_size,
            const Initializer& initializer, ParameterTable* table, bool biased = false);

  // x [rows, input], y [rows, output].
  void Forward(const float* values, ConstMatrix x, Matrix y) const;

  // Computes d_x, which is overwritten, from d_y, and adds to `gradients`. x and y are those of the
  // forward pass.
  void Backward(const float* values, ConstMatrix x, ConstMatrix y, ConstMatrix d_y, Matrix d_x,
                float* gradients, Workspace* workspace) const;

 private:
  const Linear linear_;
  const Parameter bias_;              // [1, output], or empty
  const std::vector<float> no_bias_;  // zeros [1, output], used if there is no bias
};

}  // namespace elman
