// Decides whether a run starts from the beginning, continues from a checkpoint or starts with the
// weights of one, and finds the checkpoint.
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
  kAuto,        // everything if it was trained on the same data; otherwise the weights
  kEverything,  // values, moments, carried state and progress: the run continues exactly
  kWeights,     // values only: steps, epochs, schedule, moments and best are those of a new run
  kMoments      // values and moments of the optimizer; the rest as kWeights
};

// `name` is auto, all, weights or moments. InvalidArgument otherwise.
absl::StatusOr<Take> ParseTake(std::string_view name);

// An event at the start of a run, for metrics.jsonl.
struct StartEvent {
  std::string event;   // name of the event
  std::string detail;  // description
};

// The checkpoint that a run starts from, if any, and what it takes from it.
struct StartingPoint {
  std::string path;          // of the checkpoint; empty: the run starts from the beginning
  Take taken = Take::kAuto;  // never kAuto if there is a checkpoint
  bool own = false;          // whether it belongs to the run directory
  // As the run uses it from now on. If only weights or moments are taken, it has no other arrays
  // and the progress of a new run.
  Checkpoint checkpoint;
  std::vector<StartEvent> events;
};

// For rank 0. `resume` is auto, never or a checkpoint file; `directory` is null for a run that
// writes nothing. A run that was started from `resume` continues from its own latest checkpoint.
// The best of the resulting progress has a checkpoint in the run directory, or there is no best.
// Returns an error if the checkpoint, the data sets and the requested configuration do not match,
// or if the run directory holds another run.
absl::StatusOr<StartingPoint> FindStartingPoint(const Datasets& datasets,
                                                const RunDirectory* directory,
                                                const std::string& resume, Take take,
                                                const TrainingConfig& wanted);

}  // namespace elman
