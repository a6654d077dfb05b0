// What the units of a cell do in every time step, as they can be looked at between a forward pass
// and its backward pass.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/cells/recurrent.h"
#include "trainer/network/math/matrix.h"

namespace elman {

// Where the values of a unit lie.
enum class ActivationRange {
  kGate,       // a logistic sigmoid: from 0, closed, to 1, open
  kTanh,       // from -1 to 1
  kRectifier,  // 0, or above
};

struct Activation {
  enum class Place { kGates, kFirstExtra, kOutput };

  const char* name;  // "forget"
  ActivationRange range;
  Place place;
  int gate = 0;  // of Place::kGates, which
  // A gate that says how much of its own unit's state is kept from one step to the next.
  bool keeps_state = false;
  bool squashed = false;  // values are the tanh of what lies there
};

// In the order of the cell's equations (recurrent.h).
std::span<const Activation> ActivationsOf(Cell cell);

// The values [rows, hidden] of an activation before the backward pass; if it is squashed, before
// that.
ConstPanel ValuesOf(const Activation& activation, const RecurrentTape& tape);

}  // namespace elman
