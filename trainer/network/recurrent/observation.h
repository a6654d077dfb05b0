// What is looked at in a training pass, besides training: how far gradients reach back in every
// recurrence, and what its gates do. Everything adds up over batches, lanes and ranks.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/network/cells/activations.h"
#include "trainer/network/cells/recurrent.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

// The values of an activation, by size.
struct ActivationSums {
  std::vector<double> counts;  // by the buckets of the range
  double number = 0;
  double sum = 0;
  double squares = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;

  void Look(const Activation& activation, ConstPanel values);
  ActivationSums& operator+=(const ActivationSums& other);
};

// The upper ends of the buckets of a range, in rising order; the first begins where the range does.
// kGate: of a fiftieth each; kTanh: of a twentieth; kRectifier: zeros, then shares of x / (1 + x).
std::vector<double> BucketLimits(ActivationRange range);

// Of the gradient that enters a recurrence at the last step of its sequences alone, so many steps
// before that: squares, summed over the sequences that reach back so far.
struct LagSums {
  double sequences = 0;
  double h = 0;
  double c = 0;
  double entered = 0;  // what `h` is at the last step, of the same sequences

  LagSums& operator+=(const LagSums& other) {
    sequences += other.sequences;
    h += other.h;
    c += other.c;
    entered += other.entered;
    return *this;
  }
};

struct RecurrenceSums {
  std::string name;  // "layer0", "layer0.reverse"
  Cell cell = Cell::kLstm;
  std::vector<LagSums> lags = {};                // 0, 1, 2, ...
  std::vector<ActivationSums> activations = {};  // as ActivationsOf(cell) has them
  double rows = 0;                               // time steps of sequences
  std::vector<double> kept = {};  // by unit: the sum of the gate that keeps state, if there is one

  void LookAtGates(const RecurrentTape& tape);
  // `squares` are those that FollowBack found for such a gradient.
  void AddLags(const SequenceLayout& layout, const GradientSquares& squares);
  RecurrenceSums& operator+=(const RecurrenceSums& other);
};

struct Observation {
  std::vector<RecurrenceSums> recurrences;  // in the order in which passes come to them

  // The recurrence of that name; added if it is not there.
  RecurrenceSums& Of(std::string_view name, Cell cell);
  Observation& operator+=(const Observation& other);
};

}  // namespace elman
