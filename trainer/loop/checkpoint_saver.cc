#include "trainer/loop/checkpoint_saver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace elman {

using std::chrono_literals::operator""s;

CheckpointSaver::CheckpointSaver(const RecordParts& record, PhaseClock* clock, TrainingState* state,
                                 Checkpoint* checkpoint, std::function<void(Activity)> alive)
    : record_(record),
      clock_(clock),
      state_(state),
      checkpoint_(checkpoint),
      alive_(std::move(alive)) {
  const int64_t step = checkpoint->header.progress().step();
  saved_step_ = step > 0 ? step : -1;
  written_step_ = step;
  if (record.reporter) {
    const int keep = checkpoint->header.config().checkpoint().keep();
    const Progress& progress = checkpoint->header.progress();
    Checkpoint* const snapshot = writer_.emplace(record.checkpoints, keep, progress).snapshot();
    snapshot->tables = checkpoint->tables;
    snapshot->arrays = std::move(checkpoint->arrays);
  }
  checkpoint->arrays.clear();
}

void CheckpointSaver::Save(bool is_best, bool with_snapshot) {
  const TimedSpan span(clock_, "checkpoint");
  Wait();
  if (!is_best) WriteHeld();
  const absl::Time began = absl::Now();
  saved_step_ = checkpoint_->header.progress().step();
  saved_at_ = Clock::now();
  if (record_.checkpoints == nullptr) return;
  if (writer_) writer_->snapshot()->header = checkpoint_->header;
  state_->Gather(writer_ ? writer_->snapshot() : nullptr, with_snapshot);
  if (writer_) {
    held_ = is_best && TooEarly();
    if (!held_) Begin(is_best);
    record_.reporter->Paused(absl::ToDoubleSeconds(absl::Now() - began));
  }
}

bool CheckpointSaver::TooEarly() const {
  const std::chrono::duration<double> least =
      60s * checkpoint_->header.config().checkpoint().min_minutes();
  return written_at_ && Clock::now() - *written_at_ < least;
}

void CheckpointSaver::Begin(bool is_best) {
  held_ = false;
  written_at_ = Clock::now();
  writer_->Begin(is_best);
}

void CheckpointSaver::WriteHeld() {
  if (!held_) return;
  Begin(/*is_best=*/true);
  Wait();
}

void CheckpointSaver::ReportOutcome() {
  if (!writer_) return;
  if (const auto save = writer_->Outcome(absl::ZeroDuration())) Report(*save);
  if (held_ && !TooEarly()) Begin(/*is_best=*/true);
}

bool CheckpointSaver::DueByClock() const {
  const std::chrono::duration<double> every =
      60s * checkpoint_->header.config().checkpoint().every_minutes();
  return writer_ && !writer_->busy() && every.count() > 0 && Clock::now() - saved_at_ >= every;
}

void CheckpointSaver::Wait() {
  if (!writer_ || !writer_->busy()) return;
  const TimedSpan span(clock_, "wait for the previous checkpoint");
  const absl::Time began = absl::Now();
  while (writer_->busy()) {
    alive_(Activity::kCheckpoint);
    if (const auto save = writer_->Outcome(absl::Seconds(1))) Report(*save);
  }
  record_.reporter->Paused(absl::ToDoubleSeconds(absl::Now() - began));
}

void CheckpointSaver::Finish(absl::Duration pause) {
  constexpr int kAttempts = 5;
  Wait();
  WriteHeld();
  for (int attempt = 2; attempt <= kAttempts && failed_; ++attempt, pause *= 2) {
    record_.reporter->Event(checkpoint_->header.progress().step(), "checkpoint_retried",
                            absl::StrCat("trying again in ", absl::FormatDuration(pause), ", ",
                                         attempt, " of ", kAttempts));
    for (const absl::Time end = absl::Now() + pause; absl::Now() < end;) {
      alive_(Activity::kEnding);
      absl::SleepFor(std::min(end - absl::Now(), absl::Seconds(1)));
    }
    writer_->BeginAgain();
    Wait();
  }
}

void CheckpointSaver::Report(const SaveOutcome& save) {
  ProgressReporter& reporter = *record_.reporter;
  if (Timeline* timeline = clock_->timeline())
    timeline->Record("checkpoint", save.began, save.ended, Timeline::Track::kCheckpoint);
  failed_ = !save.content_hash.ok();
  if (save.content_hash.ok()) {
    written_step_ = save.step;
    reporter.Saved(save.step, save.path, *save.content_hash, save.seconds());
  } else {
    reporter.Event(
        save.step, "checkpoint_failed",
        absl::StrCat("warning: no checkpoint was written at step ", save.step, ": ",
                     save.content_hash.status().message(),
                     written_step_ > 0
                         ? absl::StrCat("; the last checkpoint is that of step ", written_step_)
                         : std::string("; there is no checkpoint yet")));
  }
  if (save.lost_best) lost_best_ = save.lost_best;
  if (!save.pruned.ok()) {
    reporter.Event(
        save.step, "warning",
        absl::StrCat("warning: old checkpoints were not deleted: ", save.pruned.message()));
  }
}

}  // namespace elman
