// Vector functions (exp, sigmoid, tanh, max) that return NaN for NaN on every instruction set. For
// source files that Highway compiles once per instruction set. Highway's own functions do not
// guarantee this: its Exp, Min and Max may lose a NaN.
//
// Like Highway's own headers, this one is compiled once per instruction set, so it has no #pragma
// once.
#if defined(TRAINER_NETWORK_MATH_VECTOR_FUNCTIONS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRAINER_NETWORK_MATH_VECTOR_FUNCTIONS_H_
#undef TRAINER_NETWORK_MATH_VECTOR_FUNCTIONS_H_
#else
#define TRAINER_NETWORK_MATH_VECTOR_FUNCTIONS_H_
#endif

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace elman::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// In a namespace of their own, because argument-dependent lookup would find Highway's functions.
namespace nan_safe {

// Returns y, a function of x, but NaN where x is NaN.
template <typename V>
HWY_INLINE V KeepNan(V x, V y) {
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  return KeepNan(x, hn::Exp(d, x));
}

// The sigmoid. It is 1 at infinity. Below -88, and at -infinity, it is 6e-39, the smallest value of
// 1 / (1 + e) with a finite e.
template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V e = hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, 88.0f)));
  return KeepNan(x, hn::Div(one, hn::Add(one, e)));
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Tanh(D d, V x) {
  return hn::Tanh(d, x);  // keeps NaN
}

// max(x, 0).
template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Relu(D d, V x) {
  return hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x);
}

}  // namespace nan_safe
}  // namespace elman::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TRAINER_NETWORK_MATH_VECTOR_FUNCTIONS_H_
