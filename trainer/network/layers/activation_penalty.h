// Penalties on the activations of a recurrent layer: AR and TAR (Merity, McCann and Socher, 2017).
// Both return sums over rows, which are normalized like the loss, and add to the gradient.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"

namespace elman {

// AR: returns strength * sum over rows of mean(x^2) and adds its gradient to d_x [rows, cols].
double PenalizeActivation(float strength, ConstMatrix x, Matrix d_x);

// TAR: returns strength * sum of mean((x(t) - x(t-1))^2) over all rows except those of the first
// time step, and adds its gradient. Rows are t * batch + b.
double PenalizeChange(float strength, int64_t batch, ConstMatrix x, Matrix d_x);

}  // namespace elman
