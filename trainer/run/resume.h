// Decides whether a run starts anew, continues from a checkpoint or begins with the weights of one,
// and from which.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/training.pb.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/run/training_data.h"

namespace elman {

// What a run takes from a checkpoint that is not of its own run directory.
enum class Take {
  kAuto,        // everything, if it was trained on the same data; else the weights
  kEverything,  // values, moments, carried state and progress: the run continues exactly
  kWeights,     // the values: steps, epochs, schedule, moments and best are those of a new run
  kMoments      // the values and the optimizer's moments; the rest as kWeights
};

// `name` is auto, all, weights or moments. InvalidArgument otherwise.
absl::StatusOr<Take> ParseTake(std::string_view name);

// What is worth a line of metrics.jsonl about the start of a run.
struct StartEvent {
  std::string event;   // its name
  std::string detail;  // for people
};

struct StartingPoint {
  std::string path;          // of the checkpoint; empty: the run starts anew
  Take taken = Take::kAuto;  // never kAuto where there is a checkpoint
  bool own = false;          // it is one of the run directory
  // As the run has it from here on. Where only weights or moments were taken, it has no other
  // arrays and the progress of a new run.
  Checkpoint checkpoint;
  std::vector<StartEvent> events;
};

// For rank 0. `resume` is auto, never or a checkpoint file; `directory` is null for a run that
// writes nothing. A run that was started from `resume` itself continues from its own latest
// checkpoint. The best of the progress has a checkpoint in the run directory, or is none. An error
// if the checkpoint, the data sets and the wanted configuration do not fit together, or if the run
// directory holds another run.
absl::StatusOr<StartingPoint> FindStartingPoint(const Datasets& datasets,
                                                const RunDirectory* directory,
                                                const std::string& resume, Take take,
                                                const TrainingConfig& wanted);

}  // namespace elman
