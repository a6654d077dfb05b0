#include "trainer/network/layers/input_features.h"

#include "trainer/network/math/check.h"
#include "trainer/network/math/gemm.h"

namespace elman {

InputFeatures::InputFeatures(const std::string& name, int64_t size, int64_t projected_size,
                             const Dropout& dropout, const Initializer& initializer,
                             ParameterTable* table)
    : size_(size), dropout_(dropout) {
  if (projected_size == 0) return;
  projection_ = table->Add(name, size, projected_size, initializer, /*decay=*/true);
}

ConstMatrix InputFeatures::Forward(const float* values, const Pass* pass,
                                   const SequenceLayout& layout, ConstMatrix x, Tape* tape,
                                   Workspace* workspace) const {
  CHECK_EQ(x.cols, size_);
  Dropout::Mask mask;  // not needed: there is no gradient to pass on
  tape->dropped = pass ? dropout_.Forward(*pass, layout, x, &mask, workspace) : x;
  if (!projection_) return tape->dropped;
  const Matrix y = workspace->Take(x.rows, output_size());
  Gemm(Transpose::kNo, Transpose::kNo, 1, tape->dropped, projection_->In(values), 0, y);
  return y;
}

void InputFeatures::Backward(const Tape& tape, ConstMatrix d_y, float* gradients) const {
  if (!projection_) return;
  Gemm(Transpose::kYes, Transpose::kNo, 1, tape.dropped, d_y, 1, projection_->In(gradients));
}

}  // namespace elman
