#include "trainer/network/math/softmax.h"

#include <algorithm>
#include <cmath>

// Highway compiles this file once for each instruction set; the order of the next lines matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "trainer/network/math/softmax.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "trainer/network/math/vector_functions.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace elman::HWY_NAMESPACE {

// Returns the maximum; the result is unspecified if there are NaNs.
float Max(const float* values, int64_t size) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  auto best = hn::Set(d, values[0]);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) best = hn::Max(best, hn::LoadU(d, values + i));
  float result = hn::GetLane(hn::MaxOfLanes(d, best));
  for (; i < size; ++i) result = std::max(result, values[i]);
  return result;
}

// The value to subtract before exponentials are taken, so that none overflows. It is 0 for an
// infinite maximum, because inf - inf is NaN.
float ShiftOf(float greatest) { return std::isinf(greatest) ? 0 : greatest; }

// Returns the sum of exp(values - shift), and writes the exponentials to `out` unless it is null.
float ExpSum(const float* values, int64_t size, float shift, float* out) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  const auto shifts = hn::Set(d, shift);
  // Two independent accumulators hide the latency of additions.
  auto sum0 = hn::Zero(d);
  auto sum1 = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * lanes <= size; i += 2 * lanes) {
    const auto e0 = nan_safe::Exp(d, hn::Sub(hn::LoadU(d, values + i), shifts));
    const auto e1 = nan_safe::Exp(d, hn::Sub(hn::LoadU(d, values + i + lanes), shifts));
    if (out) {
      hn::StoreU(e0, d, out + i);
      hn::StoreU(e1, d, out + i + lanes);
    }
    sum0 = hn::Add(sum0, e0);
    sum1 = hn::Add(sum1, e1);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
  for (; i < size; ++i) {
    const float e = std::exp(values[i] - shift);
    if (out) out[i] = e;
    sum += e;
  }
  return sum;
}

// Adds the bias and returns the maximum logit.
float AddBias(float* logits, const float* bias, int64_t size) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  auto best = hn::Set(d, logits[0] + bias[0]);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const auto z = hn::Add(hn::LoadU(d, logits + i), hn::LoadU(d, bias + i));
    hn::StoreU(z, d, logits + i);
    best = hn::Max(best, z);
  }
  float result = hn::GetLane(hn::MaxOfLanes(d, best));
  for (; i < size; ++i) {
    logits[i] += bias[i];
    result = std::max(result, logits[i]);
  }
  return result;
}

// Scales the values in place and adds them to `sums`.
void ScaleAndAdd(float* values, float* sums, int64_t size, float factor) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  const auto factors = hn::Set(d, factor);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const auto scaled = hn::Mul(hn::LoadU(d, values + i), factors);
    hn::StoreU(scaled, d, values + i);
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), scaled), d, sums + i);
  }
  for (; i < size; ++i) {
    values[i] *= factor;
    sums[i] += values[i];
  }
}

double CrossEntropyRow(float* logits, const float* bias, int64_t size, int64_t target,
                       float* d_bias) {
  const float shift = ShiftOf(AddBias(logits, bias, size));
  const double target_logit = logits[target];
  const float sum = ExpSum(logits, size, shift, logits);
  ScaleAndAdd(logits, d_bias, size, 1.0f / sum);
  logits[target] -= 1;
  d_bias[target] -= 1;
  return std::log(static_cast<double>(sum)) + shift - target_logit;
}

double LogSumExp(const float* logits, int64_t size) {
  const float shift = ShiftOf(Max(logits, size));
  return std::log(static_cast<double>(ExpSum(logits, size, shift, nullptr))) + shift;
}

}  // namespace elman::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elman {

HWY_EXPORT(CrossEntropyRow);
HWY_EXPORT(LogSumExp);

double CrossEntropyRow(float* logits, const float* bias, int64_t size, int64_t target,
                       float* d_bias) {
  return HWY_DYNAMIC_DISPATCH(CrossEntropyRow)(logits, bias, size, target, d_bias);
}
double LogSumExp(const float* logits, int64_t size) {
  return HWY_DYNAMIC_DISPATCH(LogSumExp)(logits, size);
}

}  // namespace elman
#endif
