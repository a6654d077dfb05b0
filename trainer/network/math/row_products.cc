#include "trainer/network/math/row_products.h"

#include <algorithm>
#include <cmath>

#include "trainer/network/math/check.h"

// Highway compiles this file once for each instruction set; the order of the next lines matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "trainer/network/math/row_products.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "trainer/network/math/vector_functions.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace elman::HWY_NAMESPACE {

// A vector is never wider than the padding.
using Tag = hn::CappedTag<float, kRowPadding>;

void Gather(ConstMatrix values, ConstMatrix gradients, float rate, const int32_t* rows, Matrix to) {
  const Tag d;
  const int64_t lanes = hn::Lanes(d), size = values.cols;
  const auto back = hn::Set(d, -rate);
  for (int64_t i = 0; i < to.rows; ++i) {
    const float* const from = values.row(rows[i]);
    float* const row = to.row(i);
    if (rate == 0) {
      std::copy_n(from, size, row);
    } else {
      const float* const gradient = gradients.row(rows[i]);
      int64_t k = 0;
      for (; k + lanes <= size; k += lanes) {
        const auto moved = hn::MulAdd(back, hn::LoadU(d, gradient + k), hn::LoadU(d, from + k));
        hn::StoreU(moved, d, row + k);
      }
      for (; k < size; ++k) row[k] = from[k] - rate * gradient[k];
    }
    std::fill_n(row + size, to.cols - size, 0.0f);
  }
}

void Scatter(ConstMatrix from, const int32_t* rows, Matrix to) {
  const Tag d;
  const int64_t lanes = hn::Lanes(d), size = to.cols;
  for (int64_t i = 0; i < from.rows; ++i) {
    const float* const row = from.row(i);
    float* const sum = to.row(rows[i]);
    int64_t k = 0;
    for (; k + lanes <= size; k += lanes)
      hn::StoreU(hn::Add(hn::LoadU(d, sum + k), hn::LoadU(d, row + k)), d, sum + k);
    for (; k < size; ++k) sum[k] += row[k];
  }
}

void Products(ConstMatrix a, ConstMatrix b, const RowPair* pairs, int64_t count, float* products) {
  const Tag d;
  const int64_t lanes = hn::Lanes(d), size = a.cols;
  for (int64_t p = 0; p < count; ++p) {
    const float* const left = a.row(pairs[p].left);
    const float* const right = b.row(pairs[p].right);
    auto sum = hn::Zero(d);
    int64_t k = 0;
    for (; k + lanes <= size; k += lanes)
      sum = hn::MulAdd(hn::LoadU(d, left + k), hn::LoadU(d, right + k), sum);
    products[p] = hn::GetLane(hn::SumOfLanes(d, sum));
    for (; k < size; ++k) products[p] += left[k] * right[k];
  }
}

void AddScaled(float factor, const float* from, int64_t size, float* to) {
  const Tag d;
  const int64_t lanes = hn::Lanes(d);
  const auto factors = hn::Set(d, factor);
  int64_t k = 0;
  for (; k + lanes <= size; k += lanes)
    hn::StoreU(hn::MulAdd(factors, hn::LoadU(d, from + k), hn::LoadU(d, to + k)), d, to + k);
  for (; k < size; ++k) to[k] += factor * from[k];
}

void ToLeft(const RowPair* pairs, int64_t count, const float* factors, ConstMatrix b, Matrix a) {
  for (int64_t p = 0; p < count; ++p)
    AddScaled(factors[p], b.row(pairs[p].right), a.cols, a.row(pairs[p].left));
}

void ToRight(const RowPair* pairs, int64_t count, const float* factors, ConstMatrix a, Matrix b) {
  for (int64_t p = 0; p < count; ++p)
    AddScaled(factors[p], a.row(pairs[p].left), b.cols, b.row(pairs[p].right));
}

void Logistic(float* scores, const float* labels, int64_t count, float* losses) {
  const Tag d;
  const int64_t lanes = hn::Lanes(d);
  const auto one = hn::Set(d, 1.0f), zero = hn::Zero(d);
  // The loss is log(1 + exp(z)), or log(1 + exp(-z)) for the label 1. Both are computed as max(z,
  // 0) + log(1 + exp(-|z|)), which is correct for any z, also an infinite one.
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto z = hn::LoadU(d, scores + i);
    const auto label = labels ? hn::LoadU(d, labels + i) : zero;
    const auto e = nan_safe::Exp(d, hn::Neg(hn::Abs(z)));
    const auto against = hn::IfThenElse(hn::Gt(label, zero), hn::Neg(z), z);
    const auto loss = hn::Add(nan_safe::Relu(d, against), hn::Log1p(d, e));
    const auto sigma = hn::Div(hn::IfThenElse(hn::Lt(z, zero), e, one), hn::Add(one, e));
    hn::StoreU(loss, d, losses + i);
    hn::StoreU(hn::Sub(sigma, label), d, scores + i);
  }
  for (; i < count; ++i) {
    const float z = scores[i], label = labels ? labels[i] : 0, e = std::exp(-std::fabs(z));
    losses[i] = std::max(label > 0 ? -z : z, 0.0f) + std::log1p(e);
    scores[i] = (z < 0 ? e : 1) / (1 + e) - label;
  }
}

}  // namespace elman::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elman {

HWY_EXPORT(Gather);
HWY_EXPORT(Scatter);
HWY_EXPORT(Products);
HWY_EXPORT(ToLeft);
HWY_EXPORT(ToRight);
HWY_EXPORT(Logistic);

void GatherRows(ConstMatrix values, ConstMatrix gradients, float rate,
                std::span<const int32_t> rows, Matrix to) {
  CHECK_EQ(to.rows, std::ssize(rows));
  CHECK_EQ(to.cols, PaddedSize(values.cols));
  HWY_DYNAMIC_DISPATCH(Gather)(values, gradients, rate, rows.data(), to);
}

void ScatterRows(ConstMatrix from, std::span<const int32_t> rows, Matrix to) {
  CHECK_EQ(from.rows, std::ssize(rows));
  CHECK_EQ(from.cols, PaddedSize(to.cols));
  HWY_DYNAMIC_DISPATCH(Scatter)(from, rows.data(), to);
}

void PairProducts(ConstMatrix a, ConstMatrix b, std::span<const RowPair> pairs,
                  std::span<float> products) {
  CHECK_EQ(a.cols, b.cols);
  CHECK_EQ(pairs.size(), products.size());
  HWY_DYNAMIC_DISPATCH(Products)(a, b, pairs.data(), std::ssize(pairs), products.data());
}

void AddToLeft(std::span<const RowPair> pairs, std::span<const float> factors, ConstMatrix b,
               Matrix a) {
  CHECK_EQ(a.cols, b.cols);
  CHECK_EQ(pairs.size(), factors.size());
  HWY_DYNAMIC_DISPATCH(ToLeft)(pairs.data(), std::ssize(pairs), factors.data(), b, a);
}

void AddToRight(std::span<const RowPair> pairs, std::span<const float> factors, ConstMatrix a,
                Matrix b) {
  CHECK_EQ(a.cols, b.cols);
  CHECK_EQ(pairs.size(), factors.size());
  HWY_DYNAMIC_DISPATCH(ToRight)(pairs.data(), std::ssize(pairs), factors.data(), a, b);
}

void LogisticLosses(std::span<float> scores, std::span<const float> labels,
                    std::span<float> losses) {
  CHECK_EQ(scores.size(), losses.size());
  if (!labels.empty()) CHECK_EQ(scores.size(), labels.size());
  HWY_DYNAMIC_DISPATCH(Logistic)
  (scores.data(), labels.empty() ? nullptr : labels.data(), std::ssize(scores), losses.data());
}

}  // namespace elman
#endif
