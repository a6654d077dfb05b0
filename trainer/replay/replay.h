// One step of a run again, alone and looked at closely: what was computed, how large, and what of
// it is not finite.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/run/initial_vectors.h"
#include "trainer/run/training_data.h"

namespace elman {

// Where a replay takes things from.
struct ReplaySource {
  std::string checkpoint;  // of a step before; empty: the run's beginning
  std::string metrics;     // metrics.jsonl, where the run recorded what it found
  TrainingConfig config;
  InitialVectors vectors;  // what the run began with; only needed at its beginning
};

// `place` is a run directory, of which the newest checkpoint before `step` is taken, or a
// checkpoint file, beside whose folder the run's metrics are expected. The configuration is the one
// recorded there, with `overrides`.
absl::StatusOr<ReplaySource> FindReplaySource(const std::string& place, int64_t step,
                                              const std::vector<std::string>& overrides);

// Trains all lanes in this process up to `step`, writing nothing, and prints on standard output, of
// that step, its loss, gradient norm and learning rate, for each parameter the norm of values,
// gradient and update, and the first of whatever is not finite. FailedPrecondition if the run
// recorded another loss or norm. The communicator is a world of one.
absl::Status ReplayStep(Communicator* communicator, const Datasets& datasets,
                        const ReplaySource& source, int64_t step);

}  // namespace elman
