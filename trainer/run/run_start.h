// How a run begins: configuration, data set and run directory agreed upon by all ranks, and either
// nothing behind it or a checkpoint to go on from. Everything here is collective and fails alike on
// every rank.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/run/training_data.h"

namespace elman {

struct RunStart {
  TrainingConfig config;  // complete, lanes settled
  bool resumed = false;
  std::string resumed_from;
  // Checkpoints of the run directory that are later than the one to go on from, and were set aside.
  std::vector<std::string> set_aside;
  // What a resumed run computes with that its checkpoint was not computed with; empty: the same.
  std::string environment_change;
  // On rank 0: lines about the values that a new run begins with, and what else to know.
  std::vector<std::string> remarks;
  // Its header is that of the run on every rank; its vocabulary and, if resumed, its arrays are on
  // rank 0.
  Checkpoint checkpoint;
};

// Reads the configuration on rank 0 and parses it everywhere.
absl::StatusOr<TrainingConfig> ReadRunConfig(Communicator* communicator, const std::string& path,
                                             const std::vector<std::string>& overrides);

// Rank 0 locks the run directory; null on the others.
absl::StatusOr<std::unique_ptr<RunDirectory>> OpenRunDirectory(Communicator* communicator,
                                                               const std::string& folder);

// Decides where the run begins. `resume` is auto, never or a checkpoint file; `directory` is null
// for a run that writes nothing, which goes on from a file or begins anew.
absl::StatusOr<RunStart> StartRun(Communicator* communicator, const Datasets& datasets,
                                  const RunDirectory* directory, const std::string& resume,
                                  const TrainingConfig& config);

// Steps from the beginning to the end of a run.
int64_t TotalSteps(const TrainingConfig& config, const BatchSource& source);

}  // namespace elman
