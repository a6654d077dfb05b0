// Statistics that a training pass collects on request: how far gradients reach back in every
// recurrence, and how its gates are distributed. All of them are sums, which are added over
// batches, lanes and ranks.
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

// A histogram of the values of an activation.
struct ActivationSums {
  std::vector<double> counts;  // per bucket of the range
  double number = 0;
  double sum = 0;
  double squares = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;

  // Adds the values of a forward pass. Values that are not finite are skipped.
  void Look(const Activation& activation, ConstPanel values);
  ActivationSums& operator+=(const ActivationSums& other);
};

// The upper limits of the buckets of a range, ascending; the first bucket begins where the range
// does. kGate: buckets of 1/50; kTanh: of 1/20; kRectifier: zeros, then equal parts of x / (1 + x).
std::vector<double> BucketLimits(ActivationRange range);

// Statistics of gradients at one lag: the gradient enters a recurrence at the last step of its
// sequences only, and is measured `lag` steps before it. Squared norms, summed over the sequences
// that are long enough.
struct LagSums {
  double sequences = 0;
  double h = 0;
  double c = 0;
  double entered = 0;  // `h` at lag 0, of the same sequences

  LagSums& operator+=(const LagSums& other) {
    sequences += other.sequences;
    h += other.h;
    c += other.c;
    entered += other.entered;
    return *this;
  }
};

// Statistics of one recurrence: one layer in one direction.
struct RecurrenceSums {
  std::string name;  // such as "layer0" or "layer0.reverse"
  Cell cell = Cell::kLstm;
  std::vector<LagSums> lags = {};                // by lag: 0, 1, 2, ...
  std::vector<ActivationSums> activations = {};  // in the order of ActivationsOf(cell)
  double rows = 0;  // number of packed rows (time steps of all sequences)
  // Per unit: the sum of the gate that keeps the state; empty if the cell has none.
  std::vector<double> kept = {};

  // Adds the activations of a forward pass. Call it before the backward pass.
  void LookAtGates(const RecurrentTape& tape);
  // `squares` is the result of FollowBack for such a gradient.
  void AddLags(const SequenceLayout& layout, const GradientSquares& squares);
  RecurrenceSums& operator+=(const RecurrenceSums& other);
};

// Statistics of all recurrences of a model.
struct Observation {
  std::vector<RecurrenceSums> recurrences;  // in the order in which passes visit them

  // Returns the recurrence with that name; adds it if it is missing.
  RecurrenceSums& Of(std::string_view name, Cell cell);
  Observation& operator+=(const Observation& other);
};

}  // namespace elman
