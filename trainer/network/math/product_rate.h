// How fast this machine multiplies matrices: what the speed of a training is measured by.
#pragma once

namespace elman {

// Floating-point operations a second of this thread in products of two 1024 x 1024 matrices, the
// best of those that end within `seconds`, and of two at least.
double ProductRate(double seconds = 0.1);

}  // namespace elman
