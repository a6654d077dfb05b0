#include "trainer/record/checkpoint/background_writer.h"

#include <signal.h>

#include <cstdlib>

#include "absl/time/clock.h"

namespace elman {
namespace {

// While it exists, new threads start with all signals blocked: signals that stop a run are handled
// by the main thread, and none interrupts a write.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

void BackgroundWriter::Begin(bool is_best) {
  if (busy()) std::abort();  // the snapshot is being written
  is_best_ = is_best;
  const SignalsBlocked blocked;
  // If the system cannot start a thread, the save is deferred and done by Outcome.
  save_ = std::async(std::launch::async | std::launch::deferred, [this] { return Save(); });
}

SaveOutcome BackgroundWriter::Save() {
  SaveOutcome outcome;
  outcome.began = std::chrono::steady_clock::now();
  outcome.step = snapshot_.header.progress().step();
  outcome.path = directory_->PathOf(outcome.step);
  outcome.content_hash = directory_->Save(&snapshot_, is_best_);
  outcome.ended = std::chrono::steady_clock::now();
  outcome.lost_best = FindLostBest(outcome.content_hash.ok());
  // Also after a failure: temporary files of a killed writer may be what fills the disk.
  outcome.pruned = directory_->Prune(keep_);
  return outcome;
}

std::optional<LostBest> BackgroundWriter::FindLostBest(bool saved) {
  const Progress& progress = snapshot_.header.progress();
  if (is_best_ && saved) CopyBest(progress, &best_);
  const bool failed = is_best_ && !saved;
  if (!progress.has_best() || (!failed && directory_->HasBest(progress))) return std::nullopt;
  if (best_.best_step() == progress.best_step() || !directory_->HasBest(best_))
    CopyBest(Progress(), &best_);
  // Prune deletes nothing while a mark names a file that does not exist.
  directory_->MarkBest(best_).IgnoreError();
  return LostBest{progress.best_step(), best_.has_best(), best_.best_step(), best_.best_loss(),
                  best_.best_score()};
}

std::optional<SaveOutcome> BackgroundWriter::Outcome(absl::Duration patience) {
  if (!busy()) return std::nullopt;
  // A chrono clock cannot represent an infinite duration.
  if (patience != absl::InfiniteDuration() &&
      save_.wait_for(absl::ToChronoNanoseconds(patience)) == std::future_status::timeout) {
    return std::nullopt;
  }
  return save_.get();
}

}  // namespace elman
