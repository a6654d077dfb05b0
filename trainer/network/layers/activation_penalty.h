// Penalties on the activations of a recurrent layer (Merity, McCann and Socher, 2017). Both are
// sums over rows, so that they are normalized with the loss, and their gradients are added to.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"

namespace elman {

// strength * sum over rows of mean(x^2); d_x [rows, cols] += its gradient.
double PenalizeActivation(float strength, ConstMatrix x, Matrix d_x);

// strength * sum over rows but the first time step's of mean((x(t) - x(t-1))^2); rows are t * batch
// + b.
double PenalizeChange(float strength, int64_t batch, ConstMatrix x, Matrix d_x);

}  // namespace elman
