// The parts that a training loop works on, in groups. All of them must outlive the loop.
#pragma once

#include <functional>

#include "absl/time/time.h"
#include "data/batches/batch_source.h"
#include "trainer/comm/communicator.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/network/models/model.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/optim/optimizer.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/reporting/progress_reporter.h"
#include "trainer/state/training_state.h"
#include "trainer/trace/run_trace.h"
#include "trainer/validation/validation_samples.h"
#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

// The parts that compute a step.
struct Learner {
  Model* model = nullptr;
  const Optimizer* optimizer = nullptr;
  BatchSource* source = nullptr;
  GradientExchange* exchange = nullptr;
  TrainingState* state = nullptr;
};

// The parts that validate the values.
struct ValidationParts {
  Evaluator* evaluator = nullptr;        // null: no validation split
  ValidationSamples* samples = nullptr;  // on rank 0; null: no samples are shown
};

// Where the run is recorded.
struct RecordParts {
  CheckpointDirectory* checkpoints = nullptr;  // null: nothing is saved
  ProgressReporter* reporter = nullptr;        // null on every rank except 0, and for a silent run
  RunTrace* trace = nullptr;                   // null: no trace is recorded
};

// The parts that monitor the run.
struct WatchParts {
  PhaseClock* clock = nullptr;
  RankHeartbeat* heartbeat = nullptr;  // null: no watchdog
};

// Callbacks of the loop.
struct LoopHooks {
  std::function<bool()> stop_requested;
  // Optional. Called in every step when the exchange has the summed gradients and the state is
  // still that before the step, except for the carried state. The gradients of the reported loss
  // are the summed ones times `scale`.
  std::function<void(const StepReport& report, double scale)> on_gradients = {};
  // Optional. Called after every validation. Returns the peak FLOP/s of all ranks, the denominator
  // of MFU. Collective.
  std::function<double()> measure_peak = {};
};

// All arguments of a training loop.
struct LoopParts {
  Communicator* communicator = nullptr;
  Learner learner;
  ValidationParts validation = {};
  RecordParts record = {};
  WatchParts watch;
  LoopHooks hooks;
  // Pause before a failed last save is tried again; doubles with each attempt.
  absl::Duration retry_pause = absl::Seconds(1);
  // Configuration, vocabulary and progress of the run. The loop moves its arrays out, if it has
  // any.
  Checkpoint* checkpoint = nullptr;
};

}  // namespace elman
