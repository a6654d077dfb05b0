// What a layer must know of the step it is run in, besides its weights and inputs.
#pragma once

#include <cstdint>

#include "trainer/network/timing/phase_clock.h"

namespace elman {

struct Observation;

struct Pass {
  uint64_t seed = 0;
  int64_t step = 0;  // of the run: with the seed and the global row, the key of every random number
  int64_t first_row = 0;  // the global row (sequence of the global batch) of the first row given
  PhaseClock* clock = nullptr;  // told where the backward pass begins; may be null
  // If given, what recurrent layers do is added to it, at the cost of another backward pass through
  // them. The results of the pass are the same to the bit.
  Observation* observation = nullptr;
  // What the gradients of the step, added up over lanes, will be multiplied with to be subtracted
  // from the values, where that is all an update does; otherwise 0. A model that trains on one
  // piece of its batch after another can go on from what the pieces before will have changed.
  float rate = 0;
  int lanes = 1;  // whose gradients are added up
};

}  // namespace elman
