// Dropout on a sequence of activations (Srivastava et al., 2014): each unit is set to zero with a
// given probability, the others are scaled so that the expectation does not change.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

class Dropout {
 public:
  // `site` distinguishes the dropout layers of a model; their masks are independent. Variational
  // dropout uses the same mask at every time step of a sequence (Gal and Ghahramani, 2016).
  Dropout(float probability, bool variational, uint32_t site)
      : probability_(probability), variational_(variational), site_(site) {}

  // The factors of a forward pass, [rows, cols]; null if nothing is dropped.
  struct Mask {
    const float* factors = nullptr;
  };

  // Returns the masked x [rows, cols]: x itself if nothing is dropped, otherwise a copy in the
  // workspace, because layers keep their outputs for the backward pass. The mask of a sequence
  // depends on its global row, its time step and the pass, not on the other rows of the batch.
  ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x, Mask* mask,
                      Workspace* workspace) const;

  // Masks the gradient in place.
  static void Backward(const Mask& mask, Matrix d_x);

 private:
  const float probability_;
  const bool variational_;
  const uint32_t site_;
};

}  // namespace elman
