// Replay: repeats one step of a run in one process and prints its loss, the norms of its arrays and
// elements that are not finite.
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

// The files that a replay starts from.
struct ReplaySource {
  std::string checkpoint;  // of an earlier step; empty: the start of the run
  std::string metrics;     // metrics.jsonl with the recorded results of the run
  TrainingConfig config;
  InitialVectors vectors;  // initial vectors of the run; needed only without a checkpoint
};

// `place` is a run directory, of which the newest checkpoint before `step` is used, or a checkpoint
// file; the run's metrics are then expected next to the folder of the file. The configuration is
// the recorded one with `overrides`.
absl::StatusOr<ReplaySource> FindReplaySource(const std::string& place, int64_t step,
                                              const std::vector<std::string>& overrides);

// Trains all lanes in this process up to `step` without writing files. Prints, for that step, loss,
// gradient norm and learning rate, the norms of values, gradient and update of each parameter, and
// the first elements that are not finite, to standard output. FailedPrecondition if the run
// recorded another loss or norm. The communicator must have one rank.
absl::Status ReplayStep(Communicator* communicator, const Datasets& datasets,
                        const ReplaySource& source, int64_t step);

}  // namespace elman
