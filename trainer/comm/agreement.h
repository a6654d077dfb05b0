// A failure of one rank must not leave the others waiting: fallible phases end in a verdict that
// all ranks share.
#pragma once

#include "absl/status/status.h"
#include "trainer/comm/communicator.h"

namespace elman {

// OK if `mine` is OK on every rank; otherwise, on every rank, the status of the lowest rank that
// failed, which the message names unless all failed alike. Collective.
absl::Status Agree(Communicator* communicator, const absl::Status& mine);

// For what only rank 0 does: the status of rank 0, on every rank. Collective.
absl::Status AgreeWithRoot(Communicator* communicator, const absl::Status& mine);

}  // namespace elman
