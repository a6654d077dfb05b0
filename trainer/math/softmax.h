// Softmax with cross-entropy over rows of logits, vectorized for the processor at hand.
#pragma once

#include <cstdint>

#include "trainer/math/matrix.h"

namespace elman {

// Turns a row of logits z into p = softmax(z), in place, and returns log(sum(exp(z))).
double SoftmaxRow(float* logits, int64_t size);

// log(sum(exp(z))), leaving the logits as they are.
double LogSumExp(const float* logits, int64_t size);

}  // namespace elman
