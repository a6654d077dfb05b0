// Where the time steps of a batch of sequences, of any lengths, stand in packed matrices: without
// padding, so that nothing is computed that no one asked for and no cell ever sees a mask.
//
// Sequences are sorted by length, the longest first, so that each time step has the first so many.
// A packed matrix [rows, ...] holds the rows of the first step, then those of the second and so on:
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
  // Where a packed row belongs: a sequence, by its number in the batch, and a time step of it.
  struct Place {
    int32_t sequence = 0;
    int32_t step = 0;
  };

  SequenceLayout() = default;
  // `batch` sequences of `steps` steps.
  SequenceLayout(int64_t steps, int64_t batch) { Assign(steps, batch); }
  explicit SequenceLayout(std::span<const int32_t> lengths) { Assign(lengths); }

  // The same for an object that keeps its memory. Lengths are at least 1.
  void Assign(int64_t steps, int64_t batch);
  void Assign(std::span<const int32_t> lengths);

  int64_t batch() const { return static_cast<int64_t>(order_.size()); }
  int64_t rows() const { return static_cast<int64_t>(places_.size()); }
  const std::vector<int64_t>& batches() const { return batches_; }  // sequences of every step
  const std::vector<Place>& places() const { return places_; }      // of every packed row

  // The sequences from the longest to the shortest; ties in the order of the batch. States of
  // layers, [batch, hidden], have their rows in this order.
  const std::vector<int32_t>& order() const { return order_; }

  // The packed row of a time step of a sequence, given by its rank in order().
  int64_t RowOf(int64_t rank, int64_t step) const { return first_rows_[step] + rank; }

  // What a batch has for every time step of every sequence, [steps, batch], in packed rows. What
  // lies beyond the end of a sequence is left out.
  void PackInto(std::span<const int32_t> values, std::vector<int32_t>* packed) const;
  // The same of vectors, [steps, batch, packed.cols].
  void PackInto(std::span<const float> vectors, Matrix packed) const;

  // Has sequences, all of the same length, begin anew before the elements t * batch + b, ascending:
  // a layer's state there is that of Begin. Assign forgets them.
  void RestartAt(std::span<const int32_t> elements);
  const std::vector<int32_t>& restarts() const { return restarts_; }  // packed rows, ascending

  // For reading right to left: the packed row of the same sequence at the same distance from its
  // other end.
  const std::vector<int64_t>& mirror() const { return mirror_; }

 private:
  void Pack();

  std::vector<int32_t> order_;
  std::vector<int32_t> lengths_;  // in this order
  std::vector<int64_t> batches_, first_rows_;
  std::vector<Place> places_;
  std::vector<int64_t> mirror_;
  std::vector<int32_t> restarts_;
};

}  // namespace elman
