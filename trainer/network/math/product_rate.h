// How fast this machine multiplies matrices: what the speed of a training is measured by.
#pragma once

namespace elman {

// Floating-point operations a second of this process in products of two 1024 x 1024 matrices, the
// best of a few. Takes about a tenth of a second.
double ProductRate();

}  // namespace elman
