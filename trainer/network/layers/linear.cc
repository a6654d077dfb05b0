#include "trainer/network/layers/linear.h"

#include "trainer/network/math/gemm.h"

namespace elman {

Linear::Linear(const std::string& name, int64_t input_size, int64_t output_size,
               const Initializer& initializer, ParameterTable* table)
    : weights_(
          table->Add(name + ".weights", input_size, output_size, initializer, /*decay=*/true)) {}

void Linear::Forward(const float* values, ConstMatrix x, Matrix y) const {
  Gemm(Transpose::kNo, Transpose::kNo, 1, x, weights_.In(values), 0, y);
}

void Linear::Backward(const float* values, ConstMatrix x, ConstMatrix d_y, Matrix d_x,
                      float* gradients) const {
  Gemm(Transpose::kNo, Transpose::kYes, 1, d_y, weights_.In(values), 0, d_x);
  Gemm(Transpose::kYes, Transpose::kNo, 1, x, d_y, 1, weights_.In(gradients));
}

}  // namespace elman
