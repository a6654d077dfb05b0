// Decides whether a run starts anew or resumes from a checkpoint, and from which.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/training.pb.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/run/training_data.h"

namespace elman {

struct StartingPoint {
  std::string path;  // of the checkpoint; empty: the run starts anew
  Checkpoint checkpoint;
  std::vector<std::string> remarks;  // for people
};

// For rank 0. `resume` is auto, never or a checkpoint file; `directory` is null for a run that
// writes nothing. An error if the checkpoint, the data sets and the wanted configuration do not fit
// together, or if the run directory holds another run.
absl::StatusOr<StartingPoint> FindStartingPoint(const Datasets& datasets,
                                                const RunDirectory* directory,
                                                const std::string& resume,
                                                const TrainingConfig& wanted);

}  // namespace elman
