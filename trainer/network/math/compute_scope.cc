#include "trainer/network/math/compute_scope.h"

#include <omp.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace elman {

#if defined(__x86_64__)

namespace {

// The default of MXCSR: all exceptions masked, round to nearest, no flush to zero. The low six bits
// are not settings but status flags.
constexpr unsigned kDefaultControl = 0x1f80;
constexpr unsigned kFlags = 0x3f;

bool IsDefault(unsigned control) { return (control & ~kFlags) == kDefaultControl; }

}  // namespace

ComputeScope::ComputeScope() : threads_(omp_get_max_threads()), control_(_mm_getcsr()) {
  if (threads_ != kProductThreads) omp_set_num_threads(kProductThreads);
  if (!IsDefault(control_)) _mm_setcsr(kDefaultControl);
}

ComputeScope::~ComputeScope() {
  if (threads_ != kProductThreads) omp_set_num_threads(threads_);
  if (!IsDefault(control_)) _mm_setcsr(control_);
}

#else

ComputeScope::ComputeScope() : threads_(omp_get_max_threads()) {
  if (threads_ != kProductThreads) omp_set_num_threads(kProductThreads);
  std::fegetenv(&environment_);
  std::fesetenv(FE_DFL_ENV);
}

ComputeScope::~ComputeScope() {
  if (threads_ != kProductThreads) omp_set_num_threads(threads_);
  std::fesetenv(&environment_);
}

#endif

}  // namespace elman
