// Softmax with cross-entropy over rows of logits, vectorized for the processor at run time.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"

namespace elman {

// `logits` is one row z without its bias b. Returns the loss -log softmax(z + b)[target], replaces
// z by its gradient softmax(z + b) - onehot(target), and adds that gradient to d_bias. All rows
// have `size` elements.
double CrossEntropyRow(float* logits, const float* bias, int64_t size, int64_t target,
                       float* d_bias);

// Returns log(sum(exp(z))). The logits are not changed.
double LogSumExp(const float* logits, int64_t size);

}  // namespace elman
