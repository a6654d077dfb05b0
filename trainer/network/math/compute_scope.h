// Keeps the calling thread's settings out of the results: threads of OpenMP, rounding, subnormals.
#pragma once

#include <cfenv>

namespace elman {

// OpenMP threads of every matrix product, whatever OMP_NUM_THREADS says: oneDNN divides the sums of
// a product among threads, so that another number gives other bits, and one rank per core is the
// fastest.
inline constexpr int kProductThreads = 1;

// While it lives, oneDNN calls of this thread use kProductThreads threads, and floating-point
// operations round to nearest, keep subnormal numbers and raise no signals. Both settings belong to
// a thread, not to the process, and libraries change them: a host program's own, or one that is
// loaded later and was compiled with -ffast-math. The destructor restores what was set before.
// Costs some nanoseconds, and scopes may be nested.
//
// Every call of oneDNN has a scope of its own (gemm.cc, dnnl_primitive.h; tests/house/seams checks
// that there are no others). What computes without oneDNN too has one around it: every step of
// training, every validation, every program.
class ComputeScope {
 public:
  ComputeScope();
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  const int threads_;  // before
#if defined(__x86_64__)
  const unsigned control_;  // MXCSR before: fenv_t costs ten times as much to read
#else
  std::fenv_t environment_;
#endif
};

}  // namespace elman
