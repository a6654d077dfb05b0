// What a layer needs to know about the current training step in addition to its weights and inputs.
#pragma once

#include <cstdint>

#include "trainer/network/timing/phase_clock.h"

namespace elman {

struct Observation;

struct Pass {
  uint64_t seed = 0;
  // Number of the step in the run. With the seed and the global row it is the key of every random
  // number.
  int64_t step = 0;
  // The global row (number of the sequence in the global batch) of the first row of this batch.
  int64_t first_row = 0;
  // Is notified when the backward pass begins; may be null.
  PhaseClock* clock = nullptr;
  // If not null, statistics of recurrent layers are added to it, which costs a second backward pass
  // through them. The results of the pass have the same bits with and without it.
  Observation* observation = nullptr;
  // The factor by which the optimizer multiplies the gradients of the step (added over lanes)
  // before it subtracts them from the values, if that is all it does (plain SGD); otherwise 0. A
  // model that processes its batch piece by piece can anticipate the changes by earlier pieces.
  float rate = 0;
  int lanes = 1;  // number of lanes whose gradients are added
};

}  // namespace elman
