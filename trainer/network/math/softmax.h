// Softmax with cross-entropy over rows of logits, vectorized for the processor at hand.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"

namespace elman {

// For a row of logits z without their bias b: returns the loss -log softmax(z + b)[target] and
// turns z, in place, into its gradient softmax(z + b) - onehot(target), which is also added to
// d_bias. All rows have `size` elements.
double CrossEntropyRow(float* logits, const float* bias, int64_t size, int64_t target,
                       float* d_bias);

// log(sum(exp(z))), leaving the logits as they are.
double LogSumExp(const float* logits, int64_t size);

}  // namespace elman
