// A linear layer without bias: y = x W.
#pragma once

#include <string>

#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

class Linear {
 public:
  Linear(const std::string& name, int64_t input_size, int64_t output_size,
         const Initializer& initializer, ParameterTable* table);

  // x [rows, input], y [rows, output].
  void Forward(const float* values, ConstMatrix x, Matrix y) const;

  // Computes d_x, which is overwritten, from d_y, and adds to `gradients`.
  void Backward(const float* values, ConstMatrix x, ConstMatrix d_y, Matrix d_x,
                float* gradients) const;

 private:
  const Parameter weights_;  // [input, output]
};

}  // namespace elman
