// The training loop: runs steps, epochs, validation and checkpoints in order. Every rank runs it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "data/batches/prefetcher.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/diagnostics/gradient_microscope.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/loop/checkpoint_saver.h"
#include "trainer/loop/loop_parts.h"
#include "trainer/loop/step_agreement.h"
#include "trainer/network/math/workspace.h"
#include "trainer/reporting/progress_reporter.h"
#include "trainer/state/divergence.h"
#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

class TrainingLoop {
 public:
  explicit TrainingLoop(const LoopParts& parts);

  // Trains until max_steps, max_epochs or a request to stop, then saves a checkpoint. Collective.
  // Every rank returns the same error. OutOfRange: training diverged.
  absl::Status Run();

  bool stopped() const { return stopped_; }             // by request, before the end
  bool save_failed() const { return saver_.failed(); }  // the last checkpoint could not be written
  // On the rank that writes: the step of the last checkpoint that was written; 0: none.
  int64_t written_step() const { return saver_.written_step(); }

  // Whether the run ends by early stopping: it is at the end of an epoch, evaluation.patience
  // epochs or more after the best validation. The same on every rank and after a resume, because
  // only the progress decides.
  bool StopsEarly() const;

 private:
  absl::Status Train();
  absl::Status Step();
  absl::Status ComputeLanes(bool diagnosed);
  absl::StatusOr<AgreedStep> Agree(const absl::Status& computed);
  double SumGradients(StepReport* report);
  void UpdateValues(const StepReport& report, double scale);
  void CountStep(const LaneSums& sums, const StepReport& report, bool diverged);
  bool Solved(const StepReport& report) const;
  void FinishDiagnosis(const StepReport& report);
  void FallBack(const LostBest& lost);
  absl::Status Recover(StepReport* report);
  absl::Status EndEpoch();
  absl::Status CheckCoverage() const;
  absl::Status CheckPredictions(int64_t targets, const char* where) const;
  void ShowSamples(const Evaluation& evaluation);
  void MeasurePeak();
  absl::Status ValidateNow();  // Cancelled if a stop is requested meanwhile
  absl::Status CheckFinite();
  absl::Status DivergedStatus(absl::string_view detail) const;  // with the remedy
  absl::Status Save();
  absl::Status SaveUnlessInDoubt();
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
  const Task task_;
  const TrainingConfig& config_;
  Progress* const progress_;
  const int64_t steps_per_epoch_;
  DivergenceGuard guard_;
  Prefetcher prefetcher_;
  GradientMicroscope microscope_;
  Workspace workspace_;
  StepAgreement agreement_;
  CheckpointSaver saver_;
  bool stopped_ = false;
  // Number of predictions trained on since the loop began, and since the current epoch or the loop
  // began. Only a whole run or a whole epoch shows whether there are any.
  int64_t run_targets_ = 0, epoch_targets_ = 0;
  const bool whole_run_;
  bool whole_epoch_;
  std::optional<double> validation_loss_;  // of the current values
  bool is_best_ = false;                   // whether the current values are the best
  bool save_due_ = false;                  // due, maybe by rank 0's clock, or postponed
  double waited_before_ = 0;               // seconds of waiting until the last train line
  bool holds_saves_ = false;               // it was too early for a checkpoint, at the last step
};

}  // namespace elman
