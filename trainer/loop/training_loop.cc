#include "trainer/loop/training_loop.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "trainer/network/math/compute_scope.h"
#include "trainer/optim/clipping.h"
#include "trainer/optim/schedule.h"
#include "trainer/validation/best.h"
#include "trainer/validation/validation.h"

namespace elman {

TrainingLoop::TrainingLoop(const LoopParts& parts)
    : communicator_(parts.communicator),
      learner_(parts.learner),
      validation_(parts.validation),
      record_(parts.record),
      watch_(parts.watch),
      hooks_(parts.hooks),
      retry_pause_(parts.retry_pause),
      task_(parts.checkpoint->header.task()),
      config_(parts.checkpoint->header.config()),
      progress_(parts.checkpoint->header.mutable_progress()),
      steps_per_epoch_(StepsPerEpoch(*learner_.source, config_.micro_batches())),
      guard_(config_, learner_.state, progress_),
      prefetcher_(learner_.source, learner_.exchange->lanes().first, learner_.exchange->lanes().end,
                  config_.micro_batches(), {progress_->epoch(), progress_->step_in_epoch()}),
      microscope_(communicator_, &learner_.model->parameters(), learner_.exchange->lanes().first,
                  learner_.exchange->lanes().count(), learner_.exchange->slice().begin,
                  learner_.exchange->slice().end, parts.checkpoint->header.task(), config_),
      agreement_(
          communicator_, learner_.exchange->topology(),
          ReplicaCheck(config_.compare_every_steps(), learner_.exchange->topology().nodes() == 1
                                                          ? std::span<const float>()
                                                          : learner_.exchange->values())),
      saver_(record_, watch_.clock, learner_.state, parts.checkpoint,
             [this](Activity activity) { Alive(activity); }),
      whole_run_(progress_->step() == 0),
      whole_epoch_(progress_->step_in_epoch() == 0) {
  learner_.model->UseValues(learner_.state->values());
}

absl::Status TrainingLoop::Run() {
  const ComputeScope scope;
  absl::Status trained = Train();
  saver_.Finish(retry_pause_);  // also after an error: finishes and reports a save in progress
  return trained;
}

absl::Status TrainingLoop::Train() {
  while (true) {
    if (progress_->step_in_epoch() == steps_per_epoch_) RETURN_IF_ERROR(EndEpoch());
    if (stopped_ || Finished()) break;
    RETURN_IF_ERROR(Step());
    if (stopped_) break;
    if (progress_->step_in_epoch() == steps_per_epoch_) continue;

    const auto due = [&](int64_t every) { return every > 0 && progress_->step() % every == 0; };
    if (Finished() || due(config_.evaluation().every_steps())) {
      const absl::Status status = ValidateNow();
      stopped_ = absl::IsCancelled(status);
      if (!stopped_) RETURN_IF_ERROR(status);
    }
    if (stopped_) break;
    save_due_ = (save_due_ || due(config_.checkpoint().every_steps())) &&
                saver_.saved_step() != progress_->step();
    if (save_due_) RETURN_IF_ERROR(SaveUnlessInDoubt());
  }
  if (!stopped_ && whole_run_ && progress_->step() > 0)
    RETURN_IF_ERROR(CheckPredictions(run_targets_, "the run"));
  return saver_.saved_step() != progress_->step() ? Save() : absl::OkStatus();
}

absl::Status TrainingLoop::Step() {
  const absl::Time began = absl::Now();
  const ComputeScope scope;  // set in every step, because MPI may load libraries during a run
  Alive(Activity::kTraining);

  const bool diagnosed = microscope_.IsDue(progress_->step() + 1);
  if (diagnosed) microscope_.Begin();
  guard_.KeepState();
  const absl::Status computed = ComputeLanes(diagnosed);
  ASSIGN_OR_RETURN(const AgreedStep agreed, Agree(computed));
  if (agreed.lost_best.step > 0) FallBack(agreed.lost_best);

  const LossSums& losses = agreed.sums.losses;
  StepReport report{.step = progress_->step() + 1,
                    .epoch = progress_->epoch() + 1,
                    .targets = losses.targets,
                    .loss = losses.loss / static_cast<double>(std::max<int64_t>(1, losses.targets)),
                    .learning_rate = CurrentLearningRate()};
  watch_.clock->Enter(Phase::kExchange);
  const double scale = SumGradients(&report);
  if (hooks_.on_gradients) hooks_.on_gradients(report, scale);
  if (diagnosed) {
    microscope_.LookAtGradients(learner_.exchange->SummedGradients(), scale,
                                learner_.exchange->own_values());
  }
  const bool diverged = guard_.Diverged(report.loss, report.gradient_norm);
  if (diverged) {
    RETURN_IF_ERROR(Recover(&report));
  } else {
    UpdateValues(report, scale);
    if (diagnosed) microscope_.LookAtUpdate(learner_.exchange->own_values());
  }
  learner_.model->UseValues(learner_.state->values());

  CountStep(agreed.sums, report, diverged);
  progress_->set_epoch_seconds(progress_->epoch_seconds() +
                               absl::ToDoubleSeconds(absl::Now() - began));
  if (!diverged) {
    if (guard_.snapshot_due()) RETURN_IF_ERROR(CheckFinite());
    guard_.StepIsSound();
  }
  stopped_ = agreed.stop;
  save_due_ |= agreed.save;
  holds_saves_ = agreed.hold;
  validation_loss_.reset();
  is_best_ = false;
  watch_.clock->Enter(Phase::kOther);
  saver_.ReportOutcome();
  const bool ends_interval = progress_->step() % config_.logging().every_steps() == 0;
  if (record_.reporter) {
    report.tokens = progress_->tokens();
    report.step_tokens = diverged ? 0 : losses.tokens;
    report.bytes_sent = agreed.bytes_sent;
    report.multiplications = diverged ? 0 : losses.multiplications;
    report.waits = agreed.waits;
    report.interval_loss = progress_->interval_loss();
    report.interval_targets = progress_->interval_targets();
    report.ends_interval = ends_interval;
    record_.reporter->Step(report);
  }
  if (diagnosed) FinishDiagnosis(report);
  if (ends_interval) {
    progress_->clear_interval_steps();
    progress_->clear_interval_loss();
    progress_->clear_interval_targets();
    waited_before_ = watch_.clock->Seconds(Phase::kWait);
  }
  if (agreed.trace) UpdateTrace();
  return absl::OkStatus();
}

// Computes the passes of this rank's lanes, each over its micro-batches.
absl::Status TrainingLoop::ComputeLanes(bool diagnosed) {
  PhaseClock& clock = *watch_.clock;
  agreement_.BeginStep();
  clock.Enter(Phase::kData);
  const auto batches = prefetcher_.Next();
  clock.Enter(Phase::kForward);
  RETURN_IF_ERROR(batches.status());
  learner_.exchange->ComputeLanes(progress_->step(), [&](int lane, GradientArray* gradients) {
    const int micro_batches = config_.micro_batches();
    const int nth = lane - learner_.exchange->lanes().first;
    for (int i = 0; i < micro_batches; ++i) {
      const Batch& batch = (**batches)[nth * micro_batches + i];
      if (batch.steps == 0) continue;
      clock.Enter(Phase::kForward);
      workspace_.Reset();
      const Pass pass{config_.seed(),
                      progress_->step() * micro_batches + i,
                      learner_.source->first_row(lane),
                      &clock,
                      diagnosed ? microscope_.lane(nth) : nullptr,
                      RateOfSums(),
                      config_.lanes()};
      LossSums losses = learner_.model->Train(batch, pass, learner_.state->carry(lane),
                                              gradients->data(), &workspace_);
      learner_.model->Touch(batch, gradients->mutable_touched());
      if (losses.tokens == 0) losses.tokens = losses.targets;
      agreement_.lane(nth).losses += losses;
      agreement_.lane(nth).coverage.Add(batch);
    }
  });
  return absl::OkStatus();
}

// Returns the sums over all lanes and the requests to stop or save, or the error of a rank.
absl::StatusOr<AgreedStep> TrainingLoop::Agree(const absl::Status& computed) {
  RankMessage message{.bytes_sent = learner_.exchange->bytes_sent(),
                      .waited = watch_.clock->Seconds(Phase::kWait) - waited_before_};
  watch_.clock->Enter(Phase::kWait);
  message.stop = hooks_.stop_requested();
  message.save = saver_.DueByClock();
  message.hold = saver_.Holds();
  message.trace = record_.trace && record_.trace->Due();
  message.lost_best = saver_.TakeLostBest().value_or(LostBest());
  return agreement_.Agree(computed, message, *progress_, saver_.saved_step());
}

// Withdraws a best result whose checkpoint was lost: it could not be used, and no later result
// might be better than it.
void TrainingLoop::FallBack(const LostBest& lost) {
  if (!progress_->has_best() || progress_->best_step() != lost.step)
    return;  // a better result exists
  progress_->set_has_best(lost.has_best);
  progress_->set_best_step(lost.best_step);
  progress_->set_best_loss(lost.best_loss);
  progress_->set_best_score(lost.best_score);
  if (!record_.reporter) return;
  record_.reporter->BestReset(
      *progress_,
      absl::StrCat("warning: the best checkpoint, of step ", lost.step, ", is missing; ",
                   lost.has_best
                       ? absl::StrCat("the best checkpoint is now that of step ", lost.best_step)
                       : std::string("the next validation counts as the best")));
}

// Adds the step to the progress of the run. The losses and tokens of a diverged step do not count.
void TrainingLoop::CountStep(const LaneSums& sums, const StepReport& report, bool diverged) {
  progress_->set_step(report.step);
  progress_->set_step_in_epoch(progress_->step_in_epoch() + 1);
  progress_->set_tokens(progress_->tokens() + (diverged ? 0 : sums.losses.tokens));
  progress_->set_epoch_positions(progress_->epoch_positions() + sums.losses.positions);
  progress_->set_epoch_computed(progress_->epoch_computed() + sums.losses.computed);
  progress_->set_epoch_examples(progress_->epoch_examples() + sums.coverage.examples);
  progress_->set_epoch_examples_hash(progress_->epoch_examples_hash() + sums.coverage.hash);
  progress_->set_interval_steps(progress_->interval_steps() + 1);
  progress_->set_interval_targets(progress_->interval_targets() + report.targets);
  run_targets_ += sums.losses.targets;
  epoch_targets_ += sums.losses.targets;
  if (!diverged) progress_->set_interval_loss(progress_->interval_loss() + sums.losses.loss);
}

// Sets the gradient norm. Returns the factor that turns the summed gradients into those of the mean
// loss.
double TrainingLoop::SumGradients(StepReport* report) {
  learner_.exchange->Reduce(progress_->step());
  const double scale = 1.0 / static_cast<double>(LossesInMean(report->targets));
  report->gradient_norm = std::sqrt(learner_.exchange->SumOfSquares()) * scale;
  return scale;
}

int64_t TrainingLoop::LossesInMean(int64_t targets) const {
  switch (config_.loss().normalization()) {
    case LossSpec::PER_TARGET:
      return std::max<int64_t>(1, targets);
    case LossSpec::PER_SEQUENCE:
      return int64_t{config_.batch_size()} * config_.micro_batches();
    case LossSpec::SUM:
      return 1;
  }
  return 1;
}

void TrainingLoop::UpdateValues(const StepReport& report, double scale) {
  const OptimizerSpec& spec = config_.optimizer();
  const double clip_factor = ClipFactor(report.gradient_norm, spec.clip_norm());
  progress_->set_diagnosis_updates(progress_->diagnosis_updates() + 1);
  if (clip_factor < 1) progress_->set_diagnosis_clipped(progress_->diagnosis_clipped() + 1);
  const OptimizerStep step{.number = guard_.update_number(),
                           .learning_rate = report.learning_rate,
                           .gradient_scale = scale * clip_factor,
                           .clip_value = spec.clip_value()};
  watch_.clock->Enter(Phase::kOptimizer);
  learner_.state->UpdateSlice(*learner_.optimizer, step, spec.weight_decay());
  watch_.clock->Enter(Phase::kExchange);
  learner_.exchange->ShareValues();
}

// Whether the model predicts almost without error, by the loss of the step or by the best score.
bool TrainingLoop::Solved(const StepReport& report) const {
  constexpr double kSmallLoss = 0.02;  // nats per target
  constexpr double kHighScore = 0.995;
  const bool by_score = task_ == TAGGING || task_ == CLASSIFICATION;
  return report.loss < kSmallLoss ||
         (by_score && progress_->has_best() && progress_->best_score() >= kHighScore);
}

// Reports the diagnosis of the step and resets the counts for the next one.
void TrainingLoop::FinishDiagnosis(const StepReport& report) {
  const absl::Time began = absl::Now();
  const std::optional<StepDiagnosis> diagnosis =
      microscope_.Diagnose(report.step, report.epoch, progress_->diagnosis_updates(),
                           progress_->diagnosis_clipped(), Solved(report));
  if (diagnosis && record_.reporter)
    record_.reporter->Diagnosed(*diagnosis, absl::ToDoubleSeconds(absl::Now() - began));
  progress_->clear_diagnosis_updates();
  progress_->clear_diagnosis_clipped();
}

// Replaces the update of a diverged step; the results of the step do not count.
absl::Status TrainingLoop::Recover(StepReport* report) {
  const DivergenceGuard::Recovery recovery = guard_.Recover(report->loss, report->gradient_norm);
  if (record_.reporter) record_.reporter->Diverged(*report, recovery.event, recovery.detail);
  if (!recovery.status.ok()) return DivergedStatus(recovery.status.message());
  report->targets = 0;
  learner_.exchange->ShareRestoredValues();
  return absl::OkStatus();
}

absl::Status TrainingLoop::EndEpoch() {
  RETURN_IF_ERROR(CheckCoverage());
  if (whole_epoch_) RETURN_IF_ERROR(CheckPredictions(epoch_targets_, "the epoch"));
  const absl::Status status = ValidateNow();
  if (absl::IsCancelled(status)) {
    stopped_ = true;
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(status);
  if (validation_loss_) ObservePlateau(config_.schedule(), *validation_loss_, progress_);
  if (record_.reporter) {
    record_.reporter->EpochDone(progress_->step(), progress_->epoch() + 1,
                                progress_->epoch_seconds(),
                                static_cast<double>(progress_->epoch_positions()) /
                                    static_cast<double>(progress_->epoch_computed()),
                                {progress_->epoch_examples(), progress_->epoch_examples_hash()});
  }
  progress_->set_epoch_seconds(0);
  progress_->set_epoch_positions(0);
  progress_->set_epoch_computed(0);
  progress_->set_epoch_examples(0);
  progress_->set_epoch_examples_hash(0);
  progress_->set_epoch(progress_->epoch() + 1);
  progress_->set_step_in_epoch(0);
  epoch_targets_ = 0;
  whole_epoch_ = true;
  const int64_t every = config_.checkpoint().every_epochs();
  save_due_ |= is_best_ || (every > 0 && progress_->epoch() % every == 0);
  return save_due_ ? SaveUnlessInDoubt() : absl::OkStatus();
}

// Checks that every example of the split was used exactly once.
absl::Status TrainingLoop::CheckCoverage() const {
  const uint64_t examples = learner_.source->examples();
  const Coverage found{progress_->epoch_examples(), progress_->epoch_examples_hash()};
  if (examples == 0 || found == CoverageOf(examples)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "epoch ", progress_->epoch() + 1, " trained on ", found.examples, " examples, coverage ",
      absl::Hex(found.hash, absl::kZeroPad16), ", where the split train has ", examples,
      ", coverage ", absl::Hex(CoverageOf(examples).hash, absl::kZeroPad16),
      "; each example must be used exactly once; please report this as a bug"));
}

// A run that trains on nothing must not end as if it had trained. The same on every rank.
absl::Status TrainingLoop::CheckPredictions(int64_t targets, const char* where) const {
  if (targets > 0) return absl::OkStatus();
  std::string why =
      "no position of the split train has a target; check the data set with elman-inspect";
  if (config_.model().has_word_vectors()) {
    const float subsample = config_.model().word_vectors().subsample();
    why = absl::StrCat(
        "no two words of a line are left to predict each other in the same row of a batch; ",
        subsample > 0 ? absl::StrCat("set model.word_vectors.subsample=0 (it is ",
                                     RoundTripText(subsample), "), ")
                      : "set ",
        "a smaller batch_size (it is ", config_.batch_size(),
        "), or use more text with several known words per line");
  }
  return absl::FailedPreconditionError(
      absl::StrCat(where, " up to step ", progress_->step(), " has trained on nothing: ", why));
}

absl::Status TrainingLoop::ValidateNow() {
  if (validation_.evaluator == nullptr) return absl::OkStatus();
  const TimedSpan span(watch_.clock, "validation");
  const absl::Time began = absl::Now();
  const auto interrupted = [this] {
    Alive(Activity::kValidation);
    return hooks_.stop_requested();
  };
  ASSIGN_OR_RETURN(const Evaluation evaluation,
                   Validate(communicator_, validation_.evaluator, learner_.model, interrupted));
  validation_loss_ = evaluation.loss;
  is_best_ = IsBest(config_.evaluation(), evaluation, *progress_);
  if (is_best_) {
    progress_->set_has_best(true);
    progress_->set_best_loss(evaluation.loss);
    progress_->set_best_score(evaluation.score);
    progress_->set_best_step(progress_->step());
  }
  ShowSamples(evaluation);
  if (record_.reporter) {
    record_.reporter->Validated(progress_->step(), progress_->epoch() + 1, evaluation, is_best_,
                                absl::ToDoubleSeconds(absl::Now() - began));
  }
  MeasurePeak();
  // A new best is saved now, so that it cannot be lost before the next checkpoint is due.
  return is_best_ && progress_->step_in_epoch() != steps_per_epoch_ ? Save() : absl::OkStatus();
}

void TrainingLoop::MeasurePeak() {
  if (!hooks_.measure_peak) return;
  const TimedSpan span(watch_.clock, "peak");
  const absl::Time began = absl::Now();
  const double peak = hooks_.measure_peak();
  if (record_.reporter)
    record_.reporter->PeakMeasured(peak, absl::ToDoubleSeconds(absl::Now() - began));
}

// Rank 0 computes samples from the values. The other ranks continue meanwhile; the values cannot
// change until rank 0 takes part in the next step.
void TrainingLoop::ShowSamples(const Evaluation& evaluation) {
  if (!record_.reporter || !validation_.samples || !std::isfinite(evaluation.loss)) return;
  const TimedSpan span(watch_.clock, "samples");
  record_.reporter->Samples(progress_->step(), validation_.samples->Make(progress_->step()),
                            is_best_);
}

// Checks that all values are finite. An update may produce values that are not, without effect on
// any loss yet: those of words that no later batch has, or those of the last step. They must not
// replace a good checkpoint.
absl::Status TrainingLoop::CheckFinite() {
  absl::Status finite = learner_.state->CheckFinite();
  if (finite.ok()) return finite;
  const std::string detail =
      absl::StrCat("training diverged: after step ", progress_->step(), ", ", finite.message());
  if (record_.reporter) record_.reporter->Event(progress_->step(), "diverged", detail);
  return DivergedStatus(absl::StrCat(detail, "; they are not saved in a checkpoint"));
}

absl::Status TrainingLoop::DivergedStatus(absl::string_view detail) const {
  const bool resumes = saver_.saved_step() > 0;
  return absl::OutOfRangeError(absl::StrCat(
      detail, ". Lower optimizer.learning_rate or set optimizer.clip_norm, and start again: ",
      resumes ? "training resumes from the last checkpoint"
              : "there is no checkpoint yet, so training restarts from the beginning"));
}

absl::Status TrainingLoop::Save() {
  RETURN_IF_ERROR(CheckFinite());
  saver_.Save(is_best_, guard_.snapshot_differs());
  save_due_ = false;
  return absl::OkStatus();
}

// While steps diverge, the values may be the cause. A save is postponed until a step does not
// diverge, so that bad values do not replace good checkpoints. Values with the best validation
// result are good. A save is also postponed while it is too early for the next checkpoint; the
// saver does so itself with the best values, which must not be lost.
absl::Status TrainingLoop::SaveUnlessInDoubt() {
  save_due_ = (guard_.in_doubt() || holds_saves_) && !is_best_;
  return save_due_ ? absl::OkStatus() : Save();
}

// A trace that cannot be written does not end training; the error is reported at the end of the
// run.
void TrainingLoop::UpdateTrace() {
  const absl::Status status = record_.trace->Publish();
  if (!status.ok() && record_.reporter)
    record_.reporter->Event(
        progress_->step(), "warning",
        absl::StrCat("warning: the trace is not up to date: ", status.message()));
}

void TrainingLoop::Alive(Activity activity) {
  if (watch_.heartbeat) watch_.heartbeat->At(activity, progress_->step());
  if (record_.reporter) record_.reporter->Alive(progress_->step(), ActivityName(activity));
}

bool TrainingLoop::Finished() const {
  return progress_->epoch() >= config_.max_epochs() || StopsEarly() ||
         (config_.max_steps() > 0 && progress_->step() >= config_.max_steps());
}

bool TrainingLoop::StopsEarly() const {
  const int64_t patience = config_.evaluation().patience();
  return patience > 0 && validation_.evaluator != nullptr && progress_->step_in_epoch() == 0 &&
         progress_->has_best() &&
         progress_->step() - progress_->best_step() >= patience * steps_per_epoch_;
}

// The factor with which the update multiplies the summed gradients; 0 if the update does anything
// else.
float TrainingLoop::RateOfSums() const {
  const OptimizerSpec& spec = config_.optimizer();
  const bool plain = spec.kind() == OptimizerSpec::SGD && spec.momentum() == 0 &&
                     spec.weight_decay() == 0 && spec.clip_norm() == 0 && spec.clip_value() == 0 &&
                     config_.loss().normalization() == LossSpec::SUM;
  return plain ? static_cast<float>(CurrentLearningRate()) : 0;
}

double TrainingLoop::CurrentLearningRate() const {
  return LearningRate(config_, *progress_, steps_per_epoch_) * guard_.rate_factor();
}

}  // namespace elman
