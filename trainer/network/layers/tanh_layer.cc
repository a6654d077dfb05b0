#include "trainer/network/layers/tanh_layer.h"

#include "trainer/network/math/cell_sweeps.h"
#include "trainer/network/math/sums.h"

namespace elman {

TanhLayer::TanhLayer(const std::string& name, int64_t input_size, int64_t output_size,
                     const Initializer& initializer, ParameterTable* table, bool biased)
    : linear_(name, input_size, output_size, initializer, table),
      bias_(biased ? table->Add(name + ".bias", 1, output_size, {}, /*decay=*/false) : Parameter{}),
      no_bias_(biased ? 0 : output_size, 0) {}

void TanhLayer::Forward(const float* values, ConstMatrix x, Matrix y) const {
  linear_.Forward(values, x, y);
  const float* bias = no_bias_.empty() ? bias_.In(values).data : no_bias_.data();
  VanillaForward(/*relu=*/false, y.rows, y.cols, bias, y.data, y.data);
}

void TanhLayer::Backward(const float* values, ConstMatrix x, ConstMatrix y, ConstMatrix d_y,
                         Matrix d_x, float* gradients, Workspace* workspace) const {
  const Matrix d_sum = workspace->Take(y.rows, y.cols);
  VanillaBackward(/*relu=*/false, y.rows, y.cols, y.data, d_y.data, /*d_after=*/nullptr,
                  d_sum.data);
  linear_.Backward(values, x, d_sum, d_x, gradients);
  if (no_bias_.empty()) AddRows(d_sum, bias_.In(gradients));
}

}  // namespace elman
