// The input layer for features, vectors that are stored with the text. With dropout D and a learned
// matrix W:
//
//   y = D(x) W,  or D(x) if there is no W.
//
// The features themselves get no gradient.
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
  // W is the parameter `name`, [size, projected_size]. There is no W if projected_size is 0.
  InputFeatures(const std::string& name, int64_t size, int64_t projected_size,
                const Dropout& dropout, const Initializer& initializer, ParameterTable* table);

  int64_t size() const { return size_; }  // of x
  int64_t output_size() const { return projection_ ? projection_->cols : size_; }
  int64_t multiplications() const { return projection_ ? projection_->size() : 0; }  // per row

  // What Backward needs from Forward; memory of the workspace.
  struct Tape {
    ConstMatrix dropped;
  };

  // Maps x [rows, size], with the rows of the layout, to y [rows, output_size], which is in the
  // workspace or x itself. `pass` is null outside training.
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
