#include "trainer/math/pointwise.h"

#include <cmath>

// Highway compiles this file once for each instruction set; the order of the next lines matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "trainer/math/pointwise.cc"
#include "hwy/foreach_target.h"
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace elman::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void Tanh(float* x, int64_t size) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) hn::StoreU(hn::Tanh(d, hn::LoadU(d, x + i)), d, x + i);
  for (; i < size; ++i) x[i] = std::tanh(x[i]);
}

}  // namespace elman::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elman {

HWY_EXPORT(Tanh);

void Tanh(float* x, int64_t size) { HWY_DYNAMIC_DISPATCH(Tanh)(x, size); }

void TanhBackward(const float* y, float* d, int64_t size) {
  for (int64_t i = 0; i < size; ++i) d[i] *= 1 - y[i] * y[i];
}

}  // namespace elman
#endif
