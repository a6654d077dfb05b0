// Functions of every element of an array.
#pragma once

#include <cstdint>

namespace elman {

// x = tanh(x), in place; vectorized for the processor at hand.
void Tanh(float* x, int64_t size);

// d = d * (1 - y^2): from the gradient of y = tanh(x) to that of x, in place.
void TanhBackward(const float* y, float* d, int64_t size);

}  // namespace elman
