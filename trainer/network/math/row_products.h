// Dot products of selected pairs of rows, and the logistic loss of their scores, as needed to train
// word vectors; vectorized for the processor at run time.
//
// Matrices of gathered rows have a multiple of kRowPadding columns; the columns after the vectors
// are zero.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/math/matrix.h"

namespace elman {

inline constexpr int64_t kRowPadding = 16;

// Rounds a size up to a multiple of kRowPadding.
constexpr int64_t PaddedSize(int64_t size) {
  return (size + kRowPadding - 1) / kRowPadding * kRowPadding;
}

// A pair of rows of two matrices.
struct RowPair {
  int32_t left = 0;   // a row of the first matrix
  int32_t right = 0;  // a row of the second matrix
};

// to[i] = values[rows[i]] - rate * gradients[rows[i]]. `gradients` has the shape of `values` and is
// not read if rate is 0.
void GatherRows(ConstMatrix values, ConstMatrix gradients, float rate,
                std::span<const int32_t> rows, Matrix to);

// to[rows[i]] += from[i], in the order of i; `from` is padded.
void ScatterRows(ConstMatrix from, std::span<const int32_t> rows, Matrix to);

// products[p] = a[pairs[p].left] . b[pairs[p].right]. Rows may have any size; padded rows are
// fastest.
void PairProducts(ConstMatrix a, ConstMatrix b, std::span<const RowPair> pairs,
                  std::span<float> products);

// AddToLeft: a[left] += factor * b[right]. AddToRight: b[right] += factor * a[left]. Pairs are
// processed in order; rows may have any size.
void AddToLeft(std::span<const RowPair> pairs, std::span<const float> factors, ConstMatrix b,
               Matrix a);
void AddToRight(std::span<const RowPair> pairs, std::span<const float> factors, ConstMatrix a,
                Matrix b);

// For scores z with labels 0 or 1: sets losses[i] to log(1 + exp(z)) - label * z, and replaces z by
// the derivative, 1 / (1 + exp(-z)) - label. If `labels` is empty, all labels are 0.
void LogisticLosses(std::span<float> scores, std::span<const float> labels,
                    std::span<float> losses);

}  // namespace elman
