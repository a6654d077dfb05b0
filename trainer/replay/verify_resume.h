// Proof, on a user's own configuration and data, that a run which stops and goes on ends with the
// bits of one that did not.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "trainer/comm/communicator.h"
#include "trainer/run/training_run.h"

namespace elman {

// Trains 2 * `steps` steps straight; then, from the beginning again, `steps` steps and, from the
// checkpoint on disk, as many more; compares the two last checkpoints and prints the verdict on
// standard output. Works in a folder of its own beside the request's output, which it removes, and
// leaves the output alone. Collective. DataLoss, on every rank, if they differ, naming the first
// element that does.
absl::Status VerifyResume(Communicator* communicator, const RunRequest& request, int64_t steps);

}  // namespace elman
