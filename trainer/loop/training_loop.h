// Training: steps, epochs, validation and checkpoints, in the order in which they happen. Every
// rank runs it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "data/batches/batch_source.h"
#include "data/batches/coverage.h"
#include "data/batches/prefetcher.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/diagnostics/gradient_microscope.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/model.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/optim/optimizer.h"
#include "trainer/record/checkpoint/background_writer.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/reporting/progress_reporter.h"
#include "trainer/state/divergence.h"
#include "trainer/state/replica_check.h"
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
};

// What the loop works on; all of it must outlive the loop.
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

class TrainingLoop {
 public:
  explicit TrainingLoop(const LoopParts& parts);

  // Trains until max_steps or max_epochs, or until asked to stop; ends on a checkpoint either way.
  // Collective. An error is the same on every rank; OutOfRange: training diverged.
  absl::Status Run();

  bool stopped() const { return stopped_; }          // asked to, before the end
  bool save_failed() const { return save_failed_; }  // the last checkpoint could not be written

 private:
  using Clock = std::chrono::steady_clock;

  // What the ranks tell each other about a step, lane by lane.
  struct Vote {
    LossSums sums;
    Coverage coverage;
    int64_t bytes_sent = 0;  // to other nodes, since the beginning
    double waited = 0;  // for other ranks, before this step, in seconds; in the first of each rank
    bool stop = false;
    bool save = false;
    bool trace = false;  // is to be brought up to date
    bool failed = false;
    ReplicaDigest digest;  // in the first of each rank
  };

  absl::Status Train();
  absl::Status Step();
  absl::StatusOr<Vote> Agreed(const absl::Status& local);
  double SumGradients(StepReport* report);
  void UpdateValues(const StepReport& report, double scale);
  void ConcludeDiagnosis(const StepReport& report);
  absl::Status Recover(StepReport* report);
  absl::Status EndEpoch();
  absl::Status CheckCoverage() const;
  void ShowSamples(const Evaluation& evaluation);
  absl::Status ValidateNow();  // Cancelled if asked to stop meanwhile

  // A save copies the state on all ranks alike; rank 0 writes it in the background, one at a time.
  void Save();
  void SaveUnlessInDoubt();
  bool SaveDueByClock() const;
  void WaitForSave();
  void FinishSaving();
  void ReportSave(const SaveOutcome& save);
  void UpdateTrace();

  void Alive(Activity activity);
  bool Finished() const;
  double CurrentLearningRate() const;
  float RateOfSums() const;
  int64_t LossesInMean(int64_t targets) const;

  Communicator* const communicator_;
  const Learner learner_;
  const ValidationParts validation_;
  const RecordParts record_;
  const WatchParts watch_;
  const LoopHooks hooks_;
  const absl::Duration retry_pause_;
  Checkpoint* const checkpoint_;
  const TrainingConfig& config_;
  Progress* const progress_;
  const int64_t steps_per_epoch_;
  DivergenceGuard guard_;
  Prefetcher prefetcher_;
  GradientMicroscope microscope_;
  Workspace workspace_;
  // Of this rank's lanes, and of everyone's; as many of each rank as any has lanes.
  std::vector<Vote> my_votes_, votes_;
  std::vector<double> waited_;  // by rank
  ReplicaCheck replicas_;
  bool stopped_ = false;
  std::optional<double> validation_loss_;  // of the values in hand
  bool is_best_ = false;                   // they are the best so far
  bool save_due_ = false;                  // by rank 0's clock, or put off
  bool save_failed_ = false;
  int64_t saved_step_ = -1;
  Clock::time_point saved_at_;
  std::optional<BackgroundWriter> writer_;  // on rank 0
};

}  // namespace elman
