// Proof, on a user's own configuration and data, that a run which stops and goes on ends with the
// bits of one that did not.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Trains 2 * `steps` steps straight; then, from the beginning again, `steps` steps and, from the
// checkpoint on disk, as many more; compares the two last checkpoints and prints the verdict on
// standard output. Works in a folder of its own beside `folder`, which it removes, and leaves
// `folder` alone. Collective. DataLoss, on every rank, if they differ, naming the first element
// that does.
absl::Status VerifyResume(Communicator* communicator, std::shared_ptr<const Dataset> dataset,
                          const TrainingConfig& config, int64_t steps, const std::string& folder);

}  // namespace elman
