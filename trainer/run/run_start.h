// The start of a run: all ranks agree on the configuration, the data set, the run directory and the
// checkpoint to continue from, if any. All functions are collective and return the same error on
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

// What all ranks have agreed on at the start of a run.
struct RunStart {
  TrainingConfig config;     // complete, with the number of lanes set
  std::string resumed_from;  // path of the checkpoint that it starts with; empty: none
  Take taken = Take::kAuto;  // from that checkpoint; never kAuto if there is one
  // On rank 0: whether that checkpoint belongs to the run directory.
  bool own = false;
  // Checkpoints of the run directory that are later than the one to continue from and were renamed.
  std::vector<std::string> set_aside;
  std::vector<StartEvent> events;  // on rank 0
  // Its header is that of the run, on every rank; vocabulary and arrays are on rank 0 only.
  Checkpoint checkpoint;

  // Whether the run continues at the step of the checkpoint.
  bool resumed() const { return taken == Take::kEverything; }
};

// Rank 0 locks the run directory; the other ranks return null.
absl::StatusOr<std::unique_ptr<RunDirectory>> OpenRunDirectory(Communicator* communicator,
                                                               const std::string& folder);

// Decides where the run starts. `resume` is auto, never or a checkpoint file. `take` applies if the
// checkpoint does not belong to the run directory. `directory` is null for a run that writes
// nothing; it starts from a file or from the beginning.
absl::StatusOr<RunStart> StartRun(Communicator* communicator, const Datasets& datasets,
                                  const RunDirectory* directory, const std::string& resume,
                                  Take take, const TrainingConfig& config);

// Returns InvalidArgument, with a remedy, if a lane has no sequence or a rank has no lane.
absl::Status CheckLanes(const RunStart& start, int ranks);

// Returns the total number of steps of a run.
int64_t TotalSteps(const TrainingConfig& config, const BatchSource& source);

}  // namespace elman
