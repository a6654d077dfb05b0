// A whole run: from a configuration, a data set and a folder to checkpoints, metrics and a report.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/run/initial_vectors.h"
#include "trainer/run/resume.h"
#include "trainer/run/training_data.h"
#include "trainer/watchdog/pulse.h"

namespace elman {

struct RunRequest {
  TrainingConfig config;  // complete, but perhaps for the lanes
  Datasets datasets;
  std::string output = {};      // the run directory, which only rank 0 needs to see
  std::string resume = "auto";  // auto, never or a checkpoint file
  Take take = Take::kAuto;      // of a checkpoint that is not the run directory's own
  InitialVectors vectors = {};  // for a run that begins; one that is resumed has its own
  std::string prometheus = {};  // the file that tells Prometheus how the run stands; empty: none
  std::string trace = {};       // the file for a trace of all ranks' phases; empty: none
  // If given, called with the configuration as settled when all memory is in place, before anything
  // is trained. Collective; its error ends the run.
  std::function<absl::Status(const TrainingConfig&, GradientExchange*)> check_place = {};
  // Measures at the start how fast the ranks multiply matrices, to tell what training makes of it.
  bool measures_peak = false;
  bool quiet = false;  // only warnings and events are printed
  // Who watches the run, if anybody does; both outlive it.
  PhaseClock* clock = nullptr;
  Pulse* pulse = nullptr;
};

struct RunEnd {
  int64_t step = 0;
  bool stopped = false;  // asked to, before the end
  absl::Status learned;  // an error if the run is finished and its model worse than guessing
};

// Every part a local variable, in order of dependency. Collective; an error is the same on every
// rank.
absl::StatusOr<RunEnd> RunTraining(Communicator* communicator, const RunRequest& request);

}  // namespace elman
