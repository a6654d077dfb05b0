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
#include "trainer/run/resume.h"
#include "trainer/run/training_data.h"

namespace elman {

struct RunStart {
  TrainingConfig config;     // complete, lanes settled
  std::string resumed_from;  // the checkpoint that it begins with; empty: there is none
  Take taken = Take::kAuto;  // of that checkpoint; never kAuto where there is one
  // On rank 0: that checkpoint is one of the run directory.
  bool own = false;
  // Checkpoints of the run directory that are later than the one to go on from, and were set aside.
  std::vector<std::string> set_aside;
  std::vector<StartEvent> events;  // on rank 0
  // Its header is that of the run on every rank; its vocabulary and the arrays that were taken are
  // on rank 0.
  Checkpoint checkpoint;

  // It continues where the checkpoint stands.
  bool resumed() const { return taken == Take::kEverything; }
};

// Reads the configuration on rank 0 and parses it everywhere.
absl::StatusOr<TrainingConfig> ReadRunConfig(Communicator* communicator, const std::string& path,
                                             const std::vector<std::string>& overrides);

// Rank 0 locks the run directory; null on the others.
absl::StatusOr<std::unique_ptr<RunDirectory>> OpenRunDirectory(Communicator* communicator,
                                                               const std::string& folder);

// Decides where the run begins. `resume` is auto, never or a checkpoint file, of which `take` is
// taken if it is not the run directory's own; `directory` is null for a run that writes nothing,
// which goes on from a file or begins anew.
absl::StatusOr<RunStart> StartRun(Communicator* communicator, const Datasets& datasets,
                                  const RunDirectory* directory, const std::string& resume,
                                  Take take, const TrainingConfig& config);

// Steps from the beginning to the end of a run.
int64_t TotalSteps(const TrainingConfig& config, const BatchSource& source);

}  // namespace elman
