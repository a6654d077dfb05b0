// Dropout on a sequence of activations (Srivastava et al., 2014): every unit is zeroed with a
// probability, the others are scaled so that the expectation stays the same.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

class Dropout {
 public:
  // `site` tells the dropout layers of a model apart: their masks are independent. A variational
  // one has the same mask at every time step of a sequence (Gal and Ghahramani, 2016).
  Dropout(float probability, bool variational, uint32_t site)
      : probability_(probability), variational_(variational), site_(site) {}

  // The factors of a forward pass, [rows, cols]; null where nothing is dropped.
  struct Mask {
    const float* factors = nullptr;
  };

  // The masked x [rows, cols] : x itself where nothing is dropped, otherwise in the
  // workspace, for layers keep their outputs for the backward pass. The mask of a sequence depends
  // on its global row, its time step and the pass, not on the other rows of the batch.
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
