// What a training loop works on, in groups. All of it must outlive the loop.
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
#include "trainer/watchdog/pulse.h"

namespace elman {

// What a step computes with.
struct Learner {
  Model* model = nullptr;
  const Optimizer* optimizer = nullptr;
  BatchSource* source = nullptr;
  GradientExchange* exchange = nullptr;
  TrainingState* state = nullptr;
};

// What validates the values.
struct ValidationParts {
  Evaluator* evaluator = nullptr;        // null: no validation split
  ValidationSamples* samples = nullptr;  // on rank 0; null: no samples are shown
};

// Where the run is recorded.
struct RecordParts {
  CheckpointDirectory* checkpoints = nullptr;  // null: nothing is saved
  ProgressReporter* reporter = nullptr;        // null on every rank but 0, and for a silent run
  RunTrace* trace = nullptr;                   // null: no trace is recorded
};

// Who watches the run.
struct WatchParts {
  PhaseClock* clock = nullptr;
  Pulse* pulse = nullptr;  // null: no watchdog
};

// Calls from the loop to the outside.
struct LoopHooks {
  std::function<bool()> stop_requested;
  // If given, called in every step when the exchange has the summed gradients and the state is
  // still that before the step, but for the carry. The gradients of the report's loss are the
  // summed ones times `scale`.
  std::function<void(const StepReport& report, double scale)> on_gradients = {};
  // If given, called after every validation: the floating-point operations per second that all
  // ranks could do, which MFU is a fraction of. Collective.
  std::function<double()> measure_peak = {};
};

struct LoopParts {
  Communicator* communicator = nullptr;
  Learner learner;
  ValidationParts validation = {};
  RecordParts record = {};
  WatchParts watch;
  LoopHooks hooks;
  // Before a last save that failed is tried again; then twice as long each time.
  absl::Duration retry_pause = absl::Seconds(1);
  // Configuration, vocabulary and progress of the run. The loop takes its arrays, if it has any.
  Checkpoint* checkpoint = nullptr;
};

}  // namespace elman
