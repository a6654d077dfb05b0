// Describes the activations of each cell (gates, candidates, outputs), so that they can be examined
// between a forward pass and its backward pass.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/cells/recurrent.h"
#include "trainer/network/math/matrix.h"

namespace elman {

// The range of an activation.
enum class ActivationRange {
  kGate,       // sigmoid: from 0 (closed) to 1 (open)
  kTanh,       // from -1 to 1
  kRectifier,  // at least 0
};

// One activation of a cell, and where its values are stored.
struct Activation {
  enum class Place { kGates, kFirstExtra, kOutput };

  const char* name;  // such as "forget"
  ActivationRange range;
  Place place;
  int gate = 0;  // number of the gate, for Place::kGates
  // A gate that determines which part of the unit's state is kept from one step to the next.
  bool keeps_state = false;
  bool squashed = false;  // the activation is the tanh of the stored value
};

// In the order of the cell's equations (recurrent.h).
std::span<const Activation> ActivationsOf(Cell cell);

// Returns the stored values [rows, hidden] of an activation, before tanh if it is squashed. Call it
// before the backward pass, which overwrites them.
ConstPanel ValuesOf(const Activation& activation, const RecurrentTape& tape);

}  // namespace elman
