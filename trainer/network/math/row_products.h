// Products of rows with rows, where few of all pairs are wanted, and what a logistic regression
// needs of them; vectorized for the processor at hand.
//
// Matrices of rows that are gathered have kRowPadding columns or a multiple of it; what lies beyond
// the vectors in them is zero.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/math/matrix.h"

namespace elman {

inline constexpr int64_t kRowPadding = 16;

constexpr int64_t PaddedSize(int64_t size) {
  return (size + kRowPadding - 1) / kRowPadding * kRowPadding;
}

struct RowPair {
  int32_t left = 0;   // a row of one matrix
  int32_t right = 0;  // and of the other
};

// to[i] = values[rows[i]] - rate * gradients[rows[i]]; gradients, of the shape of the values, are
// not read if rate is 0.
void GatherRows(ConstMatrix values, ConstMatrix gradients, float rate,
                std::span<const int32_t> rows, Matrix to);

// to[rows[i]] += from[i], one after the other; `from` is padded.
void ScatterRows(ConstMatrix from, std::span<const int32_t> rows, Matrix to);

// products[p] = a[pairs[p].left] . b[pairs[p].right]. Rows of any size, fastest padded.
void PairProducts(ConstMatrix a, ConstMatrix b, std::span<const RowPair> pairs,
                  std::span<float> products);

// a[left] += factor * b[right], or b[right] += factor * a[left], one pair after the other. Rows of
// any size.
void AddToLeft(std::span<const RowPair> pairs, std::span<const float> factors, ConstMatrix b,
               Matrix a);
void AddToRight(std::span<const RowPair> pairs, std::span<const float> factors, ConstMatrix a,
                Matrix b);

// Of scores z whose labels are 0 or 1: losses[i] becomes log(1 + exp(z)) - label z, and z its
// derivative, 1 / (1 + exp(-z)) - label. No labels: all are 0.
void LogisticLosses(std::span<float> scores, std::span<const float> labels,
                    std::span<float> losses);

}  // namespace elman
