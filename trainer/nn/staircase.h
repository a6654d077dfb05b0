// Sequences of unequal length as a staircase of rectangles, so that a recurrent layer computes
// whole rectangles and no cell ever sees a mask.
//
// Sequences are sorted by length, the longest first. A rectangle covers some time steps of the
// sequences that reach into them:
//
//   time ->          0 1 2 3 4 5 6 7
//   longest        [ x x x x x|x x|x ]
//                  [ x x x x x|x x]
//                  [ x x x x .|          . is padding
//   shortest       [ x x x . .|
//
// A narrower staircase has less padding but more calls, each of which costs something; the cut is
// the one of least cost under a constant model, so it depends on the lengths alone. Packed matrices
// hold the rows of the first rectangle, then of the second and so on; within one, row t * batch +
// b. Equal lengths make one rectangle, whose rows are those of [steps, batch].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

class Staircase {
 public:
  struct Rectangle {
    int64_t first_row = 0;  // of the packed matrices
    int64_t first_step = 0;
    int64_t steps = 0;
    int64_t batch = 0;  // the longest so many sequences
    int64_t rows() const { return steps * batch; }
  };

  // Where a packed row belongs: a sequence, by its number in the batch, and a time step of it.
  struct Place {
    int32_t sequence = 0;
    int32_t step = 0;  // kPadding: beyond the end of the sequence
  };
  static constexpr int32_t kPadding = -1;

  Staircase() = default;
  // `batch` sequences of `steps` steps.
  Staircase(int64_t steps, int64_t batch) { Assign(steps, batch); }
  explicit Staircase(std::span<const int32_t> lengths) { Assign(lengths); }

  // The same for an object that keeps its memory. Lengths are at least 1.
  void Assign(int64_t steps, int64_t batch);
  void Assign(std::span<const int32_t> lengths);

  int64_t batch() const { return static_cast<int64_t>(order_.size()); }
  int64_t rows() const { return static_cast<int64_t>(places_.size()); }  // with padding
  int64_t positions() const { return positions_; }                       // without
  const std::vector<Rectangle>& rectangles() const { return rectangles_; }
  const std::vector<Place>& places() const { return places_; }  // of every packed row

  // The sequences from the longest to the shortest; ties in the order of the batch. States of
  // layers, [batch, hidden], have their rows in this order.
  const std::vector<int32_t>& order() const { return order_; }

  // The packed row of a time step of a sequence, given by its rank in order().
  int64_t RowOf(int64_t rank, int64_t step) const;

  // For reading right to left: the packed row of the same sequence at the same distance from its
  // other end. Padding stays where it is.
  const std::vector<int64_t>& mirror() const { return mirror_; }

 private:
  void Cut();
  void FindPlaces();

  std::vector<int32_t> order_;
  std::vector<int32_t> lengths_;  // in this order
  std::vector<Rectangle> rectangles_;
  std::vector<Place> places_;
  std::vector<int64_t> mirror_;
  int64_t positions_ = 0;
  std::vector<int64_t> cost_, next_;  // of Cut
};

}  // namespace elman
