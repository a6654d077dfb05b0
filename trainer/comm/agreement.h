// Agreement of all ranks on the outcome of a phase that can fail on any of them, so that no rank
// waits for one that has failed.
#pragma once

#include "absl/status/status.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Returns OK if `mine` is OK on every rank. Otherwise every rank returns the status of the lowest
// rank that failed; the message names that rank, unless all ranks failed with the same status.
// Collective.
absl::Status Agree(Communicator* communicator, const absl::Status& mine);

// Returns the status of rank 0 on every rank; for work that only rank 0 does. Collective.
absl::Status AgreeWithRoot(Communicator* communicator, const absl::Status& mine);

}  // namespace elman
