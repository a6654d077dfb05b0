#include "trainer/nn/tanh_layer.h"

#include "trainer/math/cell_sweeps.h"

namespace elman {

TanhLayer::TanhLayer(const std::string& name, int64_t input_size, int64_t output_size,
                     const Initializer& initializer, ParameterTable* table)
    : linear_(name, input_size, output_size, initializer, table), no_bias_(output_size, 0) {}

void TanhLayer::Forward(const float* values, ConstMatrix x, Matrix y) const {
  linear_.Forward(values, x, y);
  VanillaForward(/*relu=*/false, y.rows, y.cols, no_bias_.data(), y.data, y.data);
}

void TanhLayer::Backward(const float* values, ConstMatrix x, ConstMatrix y, ConstMatrix d_y,
                         Matrix d_x, float* gradients, Workspace* workspace) const {
  const Matrix d_sum = workspace->Take(y.rows, y.cols);
  VanillaBackward(/*relu=*/false, y.rows, y.cols, y.data, d_y.data, /*d_after=*/nullptr,
                  d_sum.data);
  linear_.Backward(values, x, d_sum, d_x, gradients);
}

}  // namespace elman
