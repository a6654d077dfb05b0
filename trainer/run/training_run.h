// A whole training run: from a configuration, a data set and a folder to checkpoints, metrics and a
// report.
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
#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

// The arguments of a run.
struct RunRequest {
  TrainingConfig config;  // complete, except that the number of lanes may not be set
  Datasets datasets;
  std::string config_origin = {};  // for people, if the configuration was chosen (run_settings.h)
  std::string output = {};         // the run directory; only rank 0 must be able to access it
  std::string resume = "auto";     // auto, never or a checkpoint file
  Take take = Take::kAuto;         // from a checkpoint of another run directory
  InitialVectors vectors = {};     // for a new run; a resumed run has its own values
  std::string prometheus = {};     // file with the state of the run for Prometheus; empty: none
  std::string trace = {};          // file for the trace of all ranks; empty: none
  // Optional. Called with the final configuration when all memory is allocated, before training.
  // Collective; its error ends the run.
  std::function<absl::Status(const TrainingConfig&, GradientExchange*)> check_place = {};
  // Whether to measure the peak FLOP/s at the start, to report MFU.
  bool measures_peak = false;
  bool quiet = false;  // print only warnings and events
  // The run directory will be deleted: its results are not reported.
  bool temporary = false;
  // The clock and the heartbeat of the watchdog; optional. Both must outlive the run.
  PhaseClock* clock = nullptr;
  RankHeartbeat* heartbeat = nullptr;
};

// How a run ended.
struct RunEnd {
  int64_t step = 0;
  bool stopped = false;  // by request, before the end
  absl::Status learned;  // an error if the run is finished and its model is worse than guessing
};

// Creates every part as a local variable, in order of dependency. Collective; the same error on
// every rank.
absl::StatusOr<RunEnd> RunTraining(Communicator* communicator, const RunRequest& request);

}  // namespace elman
