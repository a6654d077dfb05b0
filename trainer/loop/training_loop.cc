#include "trainer/loop/training_loop.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/optim/clipping.h"
#include "trainer/optim/schedule.h"
#include "trainer/validation/validation.h"

namespace elman {

using std::chrono_literals::operator""s;

TrainingLoop::TrainingLoop(const LoopParts& parts)
    : communicator_(parts.communicator),
      learner_(parts.learner),
      validation_(parts.validation),
      record_(parts.record),
      watch_(parts.watch),
      hooks_(parts.hooks),
      retry_pause_(parts.retry_pause),
      checkpoint_(parts.checkpoint),
      config_(checkpoint_->header.config()),
      progress_(checkpoint_->header.mutable_progress()),
      steps_per_epoch_(StepsPerEpoch(*learner_.source, config_.micro_batches())),
      guard_(config_, learner_.state, progress_),
      prefetcher_(learner_.source, learner_.exchange->lanes().first, learner_.exchange->lanes().end,
                  config_.micro_batches(), {progress_->epoch(), progress_->step_in_epoch()}),
      microscope_(parts.communicator, &learner_.model->parameters(),
                  learner_.exchange->lanes().count(), learner_.exchange->slice().begin,
                  learner_.exchange->slice().end, checkpoint_->header.task(), config_),
      replicas_(config_.compare_every_steps(), learner_.exchange->topology().nodes() == 1
                                                   ? std::span<const float>()
                                                   : learner_.exchange->values()) {
  const int ranks = communicator_->size();
  int most_lanes = 0;
  for (int rank = 0; rank < ranks; ++rank)
    most_lanes = std::max(most_lanes, LanesOfRank(config_.lanes(), ranks, rank).count());
  my_votes_.resize(most_lanes);
  votes_.resize(most_lanes * ranks);
  waited_.resize(ranks);
  learner_.model->UseValues(learner_.state->values());
  if (record_.reporter) {
    Checkpoint* snapshot =
        writer_.emplace(record_.checkpoints, config_.checkpoint().keep()).snapshot();
    snapshot->tables = checkpoint_->tables;
    snapshot->arrays = std::move(checkpoint_->arrays);
  }
  checkpoint_->arrays.clear();
}

absl::Status TrainingLoop::Run() {
  const absl::Status trained = Train();
  FinishSaving();  // however training ended, what was begun is finished and told
  return trained;
}

absl::Status TrainingLoop::Train() {
  saved_step_ = progress_->step() > 0 ? progress_->step() : -1;
  saved_at_ = Clock::now();
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
    const bool save_due = save_due_ || due(config_.checkpoint().every_steps());
    if (save_due && saved_step_ != progress_->step()) SaveUnlessInDoubt();
  }
  if (saved_step_ != progress_->step()) Save();
  return absl::OkStatus();
}

absl::Status TrainingLoop::Step() {
  const absl::Time began = absl::Now();
  PhaseClock& clock = *watch_.clock;
  const LaneRange lanes = learner_.exchange->lanes();
  std::ranges::fill(my_votes_, Vote());
  Alive(Activity::kTraining);

  const bool diagnosed = microscope_.IsDue(progress_->step() + 1);
  if (diagnosed) microscope_.Begin();
  guard_.KeepState();
  clock.Enter(Phase::kData);
  const auto batches = prefetcher_.Next();
  clock.Enter(Phase::kForward);
  if (batches.ok()) {
    learner_.exchange->ComputeLanes([&](int lane, GradientArray* gradients) {
      const int micro_batches = config_.micro_batches(), nth = lane - lanes.first;
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
        my_votes_[nth].sums += learner_.model->Train(batch, pass, learner_.state->carry(lane),
                                                     gradients->data(), &workspace_);
        learner_.model->Touch(batch, gradients->mutable_touched());
        my_votes_[nth].coverage.Add(batch);
      }
    });
  }
  ASSIGN_OR_RETURN(const Vote agreed, Agreed(batches.status()));

  StepReport report{
      .step = progress_->step() + 1,
      .epoch = progress_->epoch() + 1,
      .targets = agreed.sums.targets,
      .loss = agreed.sums.loss / static_cast<double>(std::max<int64_t>(1, agreed.sums.targets)),
      .learning_rate = CurrentLearningRate()};
  clock.Enter(Phase::kExchange);
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

  progress_->set_step(report.step);
  progress_->set_step_in_epoch(progress_->step_in_epoch() + 1);
  progress_->set_tokens(progress_->tokens() + (diverged ? 0 : agreed.sums.tokens));
  progress_->set_epoch_positions(progress_->epoch_positions() + agreed.sums.positions);
  progress_->set_epoch_computed(progress_->epoch_computed() + agreed.sums.computed);
  progress_->set_epoch_examples(progress_->epoch_examples() + agreed.coverage.examples);
  progress_->set_epoch_examples_hash(progress_->epoch_examples_hash() + agreed.coverage.hash);
  progress_->set_epoch_seconds(progress_->epoch_seconds() +
                               absl::ToDoubleSeconds(absl::Now() - began));
  progress_->set_interval_steps(progress_->interval_steps() + 1);
  progress_->set_interval_targets(progress_->interval_targets() + report.targets);
  if (!diverged) {
    progress_->set_interval_loss(progress_->interval_loss() + agreed.sums.loss);
    guard_.StepIsSound();
  }
  stopped_ = agreed.stop;
  save_due_ |= agreed.save;
  validation_loss_.reset();
  is_best_ = false;
  clock.Enter(Phase::kOther);
  if (writer_) {
    if (const auto save = writer_->Outcome(absl::ZeroDuration())) ReportSave(*save);
  }
  const bool ends_interval = progress_->step() % config_.logging().every_steps() == 0;
  if (record_.reporter) {
    report.tokens = progress_->tokens();
    report.bytes_sent = agreed.bytes_sent;
    report.multiplications = diverged ? 0 : agreed.sums.multiplications;
    report.waited = waited_;
    report.interval_loss = progress_->interval_loss();
    report.interval_targets = progress_->interval_targets();
    report.ends_interval = ends_interval;
    record_.reporter->Step(report);
  }
  if (diagnosed) ConcludeDiagnosis(report);
  if (ends_interval) {
    progress_->clear_interval_steps();
    progress_->clear_interval_loss();
    progress_->clear_interval_targets();
  }
  if (agreed.trace) UpdateTrace();
  return absl::OkStatus();
}

// The sums over all lanes, added in their order, and whether anyone wishes to stop or to save; or
// what went wrong somewhere.
absl::StatusOr<TrainingLoop::Vote> TrainingLoop::Agreed(const absl::Status& local) {
  my_votes_[0].waited = watch_.clock->Seconds(Phase::kWait);
  watch_.clock->Enter(Phase::kWait);
  my_votes_[0].bytes_sent = learner_.exchange->bytes_sent();
  my_votes_[0].stop = hooks_.stop_requested();
  my_votes_[0].save = SaveDueByClock();
  my_votes_[0].trace = record_.trace && record_.trace->Due();
  my_votes_[0].failed = !local.ok();
  my_votes_[0].digest = replicas_.Digest(*progress_, saved_step_);
  communicator_->AllGather(std::as_bytes(std::span(my_votes_)),
                           std::as_writable_bytes(std::span(votes_)));
  Vote all;
  for (const Vote& vote : votes_) {
    all.sums += vote.sums;
    all.coverage += vote.coverage;
    all.bytes_sent += vote.bytes_sent;
    all.stop |= vote.stop;
    all.save |= vote.save;
    all.trace |= vote.trace;
    all.failed |= vote.failed;
  }
  if (all.failed) RETURN_IF_ERROR(Agree(communicator_, local));
  const size_t votes_a_rank = my_votes_.size();
  for (size_t rank = 0; rank < waited_.size(); ++rank)
    waited_[rank] = votes_[rank * votes_a_rank].waited;
  RETURN_IF_ERROR(replicas_.Compare(communicator_,
                                    [&](int rank) { return votes_[rank * votes_a_rank].digest; }));
  return all;
}

// Fills in the gradient norm; returns what makes of the summed gradients those of the loss.
double TrainingLoop::SumGradients(StepReport* report) {
  learner_.exchange->Reduce();
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

// What the step showed is told, and the counts of the next diagnosis begin.
void TrainingLoop::ConcludeDiagnosis(const StepReport& report) {
  const absl::Time began = absl::Now();
  const std::optional<StepDiagnosis> diagnosis = microscope_.Conclude(
      report.step, report.epoch, progress_->diagnosis_updates(), progress_->diagnosis_clipped());
  if (diagnosis && record_.reporter)
    record_.reporter->Diagnosed(*diagnosis, absl::ToDoubleSeconds(absl::Now() - began));
  progress_->clear_diagnosis_updates();
  progress_->clear_diagnosis_clipped();
}

// In place of an update; what the step computed does not count.
absl::Status TrainingLoop::Recover(StepReport* report) {
  const DivergenceGuard::Recovery recovery = guard_.Recover(report->loss, report->gradient_norm);
  if (record_.reporter) record_.reporter->Diverged(*report, recovery.event, recovery.detail);
  RETURN_IF_ERROR(recovery.status);
  report->targets = 0;
  learner_.exchange->ShareRestoredValues();
  return absl::OkStatus();
}

absl::Status TrainingLoop::EndEpoch() {
  RETURN_IF_ERROR(CheckCoverage());
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
  SaveUnlessInDoubt();
  return absl::OkStatus();
}

// Every example of the split was trained on, and once.
absl::Status TrainingLoop::CheckCoverage() const {
  const uint64_t examples = learner_.source->examples();
  const Coverage found{progress_->epoch_examples(), progress_->epoch_examples_hash()};
  if (examples == 0 || found == CoverageOf(examples)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "epoch ", progress_->epoch() + 1, " trained on ", found.examples, " examples, coverage ",
      absl::Hex(found.hash, absl::kZeroPad16), ", where the split train has ", examples,
      ", coverage ", absl::Hex(CoverageOf(examples).hash, absl::kZeroPad16),
      ": not each of them once; please report this"));
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
  const bool by_score = config_.evaluation().select() == EvaluationSpec::SCORE;
  is_best_ = !progress_->has_best() || (by_score ? evaluation.score > progress_->best_score()
                                                 : evaluation.loss < progress_->best_loss());
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
  // A new best must not be lost before the next checkpoint is due.
  if (is_best_ && progress_->step_in_epoch() != steps_per_epoch_) Save();
  return absl::OkStatus();
}

// The others go on meanwhile: they read the values, which rank 0 must help to change.
void TrainingLoop::ShowSamples(const Evaluation& evaluation) {
  if (!record_.reporter || !validation_.samples || !std::isfinite(evaluation.loss)) return;
  const TimedSpan span(watch_.clock, "samples");
  record_.reporter->Samples(progress_->step(), validation_.samples->Make(progress_->step()));
}

// A save that comes while the one before is still being written waits for it: every checkpoint that
// was asked for is written, and memory for one is enough.
void TrainingLoop::Save() {
  const TimedSpan span(watch_.clock, "checkpoint");
  WaitForSave();
  const absl::Time began = absl::Now();
  saved_step_ = progress_->step();
  saved_at_ = Clock::now();
  save_due_ = false;
  if (record_.checkpoints == nullptr) return;
  if (writer_) writer_->snapshot()->header = checkpoint_->header;
  learner_.state->Gather(writer_ ? writer_->snapshot() : nullptr, guard_.snapshot_differs());
  if (writer_) {
    writer_->Begin(is_best_);
    record_.reporter->Paused(absl::ToDoubleSeconds(absl::Now() - began));
  }
}

// While steps diverge, the values may be what makes them: a save is put off until a step is sound,
// so that such values do not crowd out good checkpoints. Values that validate best are sound.
void TrainingLoop::SaveUnlessInDoubt() {
  save_due_ = guard_.in_doubt() && !is_best_;
  if (!save_due_) Save();
}

// One that is due by the clock alone does not hold up training: it waits until the writer is free.
bool TrainingLoop::SaveDueByClock() const {
  const std::chrono::duration<double> every = 60s * config_.checkpoint().every_minutes();
  return writer_ && !writer_->busy() && every.count() > 0 && Clock::now() - saved_at_ >= every;
}

void TrainingLoop::WaitForSave() {
  if (!writer_ || !writer_->busy()) return;
  const TimedSpan span(watch_.clock, "wait for the checkpoint before");
  const absl::Time began = absl::Now();
  while (writer_->busy()) {
    Alive(Activity::kCheckpoint);
    if (const auto save = writer_->Outcome(absl::Seconds(1))) ReportSave(*save);
  }
  record_.reporter->Paused(absl::ToDoubleSeconds(absl::Now() - began));
}

// No later save makes good for the last one: it is tried again a few times, for a disk that is full
// may be so for a moment only. Every time it is written anew, from the first byte.
void TrainingLoop::FinishSaving() {
  constexpr int kAttempts = 5;
  WaitForSave();
  absl::Duration pause = retry_pause_;
  for (int attempt = 2; attempt <= kAttempts && save_failed_; ++attempt, pause *= 2) {
    record_.reporter->Event(progress_->step(), "checkpoint_retried",
                            absl::StrCat("trying again in ", absl::FormatDuration(pause), ", ",
                                         attempt, " of ", kAttempts));
    for (const absl::Time end = absl::Now() + pause; absl::Now() < end;) {
      Alive(Activity::kEnding);
      absl::SleepFor(std::min(end - absl::Now(), absl::Seconds(1)));
    }
    writer_->BeginAgain();
    WaitForSave();
  }
}

void TrainingLoop::ReportSave(const SaveOutcome& save) {
  ProgressReporter& reporter = *record_.reporter;
  if (Timeline* timeline = watch_.clock->timeline())
    timeline->Record("checkpoint", save.began, save.ended, Timeline::Track::kCheckpoint);
  save_failed_ = !save.content_hash.ok();
  if (save.content_hash.ok()) {
    reporter.Saved(save.step, save.path, *save.content_hash, save.seconds());
  } else {
    reporter.Event(
        save.step, "checkpoint_failed",
        absl::StrCat("warning: no checkpoint was written at step ", save.step, ": ",
                     save.content_hash.status().message(), "; the last good checkpoint stays"));
  }
  if (!save.pruned.ok()) {
    reporter.Event(save.step, "warning",
                   absl::StrCat("warning: old checkpoints stay: ", save.pruned.message()));
  }
}

// A trace that cannot be written any more does not end the training; at its end it will be said.
void TrainingLoop::UpdateTrace() {
  const absl::Status status = record_.trace->Publish();
  if (!status.ok() && record_.reporter)
    record_.reporter->Event(
        progress_->step(), "warning",
        absl::StrCat("warning: the trace is not up to date: ", status.message()));
}

void TrainingLoop::Alive(Activity activity) {
  if (watch_.pulse) watch_.pulse->At(activity, progress_->step());
  if (record_.reporter) record_.reporter->Alive(progress_->step(), ActivityName(activity));
}

bool TrainingLoop::Finished() const {
  return progress_->epoch() >= config_.max_epochs() ||
         (config_.max_steps() > 0 && progress_->step() >= config_.max_steps());
}

// What the update multiplies summed gradients with, if it does nothing else.
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
