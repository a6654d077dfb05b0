// Measures the speed of matrix products on this machine, the reference for a run's MFU.
#pragma once

namespace elman {

// Returns the floating-point operations per second of this thread in products of two 1024 x 1024
// matrices: the best of all products that finish within `seconds`, at least two.
double ProductRate(double seconds = 0.1);

}  // namespace elman
