// How much memory a run needs.
#pragma once

#include <string>

#include "trainer/run/prepared_run.h"

namespace elman {

// Bytes that a rank needs, about.
struct MemoryEstimate {
  double values = 0;
  double gradients = 0;    // and sums of other nodes
  double optimizer = 0;    // and snapshots to roll back to
  double activations = 0;  // of the largest batches of training and validation
  double longest = 0;      // tokens of the longest example of training; 0: of running text
  double checkpoint = 0;   // on rank 0 only: what a save works on while training goes on
  double total() const { return values + gradients + optimizer + activations; }
  std::string ToString() const;  // for people, in MB
};

// Of this rank. The exchange and the state of the run may be missing.
MemoryEstimate EstimateMemory(const PreparedRun& run);

}  // namespace elman
