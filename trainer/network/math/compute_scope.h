// Makes results independent of the calling thread's settings: OpenMP threads, rounding, subnormals.
#pragma once

#include <cfenv>

namespace elman {

// OpenMP threads of every matrix product, whatever OMP_NUM_THREADS is. oneDNN divides the sums of a
// product among threads, so another number of threads gives different bits, and one rank per core
// is the fastest.
inline constexpr int kProductThreads = 1;

// While a ComputeScope exists, oneDNN calls of this thread use kProductThreads threads, and
// floating-point operations round to nearest, keep subnormal numbers and raise no signals. Both
// settings belong to the thread, and other code may change them: a host program, or a library that
// is loaded later and was compiled with -ffast-math. The destructor restores the previous settings.
// A scope costs a few nanoseconds; scopes may be nested.
//
// Every oneDNN call has its own scope (gemm.cc, dnnl_primitive.h; tests/house/seams checks that
// there are no others). Computations without oneDNN have one around them too: every training step,
// every validation, every program.
class ComputeScope {
 public:
  ComputeScope();
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  const int threads_;  // the previous setting
#if defined(__x86_64__)
  const unsigned control_;  // the previous MXCSR; reading fenv_t is ten times slower
#else
  std::fenv_t environment_;
#endif
};

}  // namespace elman
