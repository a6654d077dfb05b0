// Vectors that came with the text, on their way to the first layer: with dropout D and a matrix W
// that is learned
//
//   y = D(x) W,  or D(x) where there is no W.
//
// They get no gradient.
#pragma once

#include <optional>
#include <string>

#include "trainer/network/layers/dropout.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

class InputFeatures {
 public:
  // W, the parameter `name`, is [size, projected_size]; projected_size 0: there is none.
  InputFeatures(const std::string& name, int64_t size, int64_t projected_size,
                const Dropout& dropout, const Initializer& initializer, ParameterTable* table);

  int64_t size() const { return size_; }  // of x
  int64_t output_size() const { return projection_ ? projection_->cols : size_; }
  int64_t multiplications() const { return projection_ ? projection_->size() : 0; }  // of a row

  // What a forward pass leaves for its backward pass; memory of the workspace.
  struct Tape {
    ConstMatrix dropped;
  };

  // x [rows, size], rows those of the layout, to y [rows, output_size], in the workspace or x
  // itself. `pass` is null outside training.
  ConstMatrix Forward(const float* values, const Pass* pass, const SequenceLayout& layout,
                      ConstMatrix x, Tape* tape, Workspace* workspace) const;

  // Adds to the gradient of W.
  void Backward(const Tape& tape, ConstMatrix d_y, float* gradients) const;

 private:
  const int64_t size_;
  const Dropout dropout_;
  std::optional<Parameter> projection_;
};

}  // namespace elman
