// Functions of vectors, for source files that Highway compiles once for each instruction set: NaN
// in, NaN out, on every one of them. Highway's own do not promise that (its Exp of NaN is 0), nor
// do its Min and Max.
//
// Compiled anew for each instruction set, as Highway's own headers are: no #pragma once.
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

// A namespace of their own: argument-dependent look-up finds Highway's functions everywhere.
namespace nan_safe {

// y, a function of x, but NaN where x is NaN.
template <typename V>
HWY_INLINE V KeepNan(V x, V y) {
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  return KeepNan(x, hn::Exp(d, x));
}

// 1 at infinity; at -infinity, as below -88, the least that 1 / (1 + e) comes to with a finite e,
// 6e-39.
template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V e = hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, 88.0f)));
  return KeepNan(x, hn::Div(one, hn::Add(one, e)));
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V Tanh(D d, V x) {
  return hn::Tanh(d, x);  // which keeps NaN
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
