// Estimates the memory that a run needs.
#pragma once

#include <string>

#include "trainer/run/prepared_run.h"

namespace elman {

// Approximate bytes that a rank needs.
struct MemoryEstimate {
  double values = 0;
  double gradients = 0;    // includes the sums of other nodes
  double optimizer = 0;    // includes the snapshots for rollbacks
  double activations = 0;  // of the largest training and validation batches
  double longest = 0;      // number of tokens of the longest training example; 0: running text
  double checkpoint = 0;   // on rank 0 only: the copy that is written during training
  double total() const { return values + gradients + optimizer + activations; }
  std::string ToString() const;  // for the log, in MB
};

// Estimates the memory of this rank. The exchange and the state of the run need not exist yet.
MemoryEstimate EstimateMemory(const PreparedRun& run);

}  // namespace elman
