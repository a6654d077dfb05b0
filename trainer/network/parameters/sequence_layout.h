// Maps the time steps of a batch of sequences with different lengths to rows of packed matrices.
// There is no padding, so no computation is wasted and cells need no masks.
//
// Sequences are sorted by descending length, so the sequences that are active in a time step are
// always the first ones. A packed matrix [rows, ...] holds the rows of the first step, then those
// of the second step and so on:
//
//   time ->     0  1  2  3
//   longest     0  3  6  8
//               1  4  7
//   shortest    2  5            the numbers are packed rows
//
// Equal lengths leave the order of the batch: row t * batch + b.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/math/matrix.h"

namespace elman {

class SequenceLayout {
 public:
  // The origin of a packed row: the number of the sequence in the batch, and the time step.
  struct Place {
    int32_t sequence = 0;
    int32_t step = 0;
  };

  SequenceLayout() = default;
  // Makes a layout of `batch` sequences of `steps` steps.
  SequenceLayout(int64_t steps, int64_t batch) { Assign(steps, batch); }
  explicit SequenceLayout(std::span<const int32_t> lengths) { Assign(lengths); }

  // Like the constructors, but reuses the memory of this object. Lengths are at least 1.
  void Assign(int64_t steps, int64_t batch);
  void Assign(std::span<const int32_t> lengths);

  int64_t batch() const { return static_cast<int64_t>(order_.size()); }
  int64_t rows() const { return static_cast<int64_t>(places_.size()); }
  // Number of active sequences per step.
  const std::vector<int64_t>& batches() const { return batches_; }
  const std::vector<Place>& places() const { return places_; }  // of every packed row

  // The sequences from the longest to the shortest; ties are in the order of the batch. States of
  // layers, [batch, hidden], have their rows in this order.
  const std::vector<int32_t>& order() const { return order_; }

  // Returns the packed row of a time step of the sequence at position `rank` of order().
  int64_t RowOf(int64_t rank, int64_t step) const { return first_rows_[step] + rank; }

  // Converts an array [steps, batch] to packed rows. Elements after the end of a sequence are
  // dropped.
  void PackInto(std::span<const int32_t> values, std::vector<int32_t>* packed) const;
  // The same for vectors, [steps, batch, packed.cols].
  void PackInto(std::span<const float> vectors, Matrix packed) const;

  // Marks restarts: the sequence b restarts before the step t for each element t * batch + b, in
  // ascending order, with the state of Begin. All sequences must have the same length. Assign
  // removes the marks.
  void RestartAt(std::span<const int32_t> elements);
  const std::vector<int32_t>& restarts() const { return restarts_; }  // packed rows, ascending

  // For reading right to left: maps each packed row to that row of the same sequence that is as far
  // from the end as this row is from the start.
  const std::vector<int64_t>& mirror() const { return mirror_; }

 private:
  void Pack();

  std::vector<int32_t> order_;
  std::vector<int32_t> lengths_;  // in the order of order()
  std::vector<int64_t> batches_, first_rows_;
  std::vector<Place> places_;
  std::vector<int64_t> mirror_;
  std::vector<int32_t> restarts_;
};

}  // namespace elman
