// Verifies, with a user's configuration and data, that a run that is stopped and resumed ends with
// the same bits as a run that is not.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "trainer/comm/communicator.h"
#include "trainer/run/training_run.h"

namespace elman {

// Trains 2 * `steps` steps without a stop. Then trains `steps` steps from the start, resumes from
// the checkpoint on disk and trains `steps` more. Compares the two last checkpoints and prints the
// result to standard output. Works in a temporary folder next to the request's output, which it
// removes; does not change the output. Collective. DataLoss on every rank if the checkpoints
// differ, with the first element that does.
absl::Status VerifyResume(Communicator* communicator, const RunRequest& request, int64_t steps);

}  // namespace elman
