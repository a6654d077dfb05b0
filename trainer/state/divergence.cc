#include "trainer/state/divergence.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"

namespace elman {

DivergenceGuard::DivergenceGuard(const TrainingConfig& config, TrainingState* state,
                                 Progress* progress)
    : policy_(config.divergence()),
      state_(state),
      progress_(progress),
      record_(progress->mutable_divergence()) {
  if (rolls_back() && !state_->has_snapshot()) TakeSnapshot();
}

bool DivergenceGuard::Diverged(double loss, double gradient_norm) const {
  const double bound = policy_.max_gradient_norm();
  return !std::isfinite(loss) || !std::isfinite(gradient_norm) ||
         (bound > 0 && gradient_norm > bound);
}

DivergenceGuard::Recovery DivergenceGuard::Recover(double loss, double gradient_norm) {
  const int64_t step = progress_->step() + 1;
  const std::string metrics = absl::StrCat("step ", step, ": loss ", SignificantText(loss, 6),
                                           ", gradient norm ", SignificantText(gradient_norm, 6));
  record_->set_steps(record_->steps() + 1);
  record_->set_in_a_row(record_->in_a_row() + 1);
  const std::string count =
      absl::StrCat(record_->in_a_row(), " in a row, ", record_->steps(), " in all");

  const bool too_many_in_a_row = record_->in_a_row() > policy_.max_in_a_row();
  if (too_many_in_a_row || record_->steps() > policy_.max_in_all()) {
    const std::string detail = absl::StrCat("training diverged at ", metrics, " (", count, ")");
    return {
        "diverged", detail,
        absl::OutOfRangeError(absl::StrCat(
            detail, ", more than divergence.", too_many_in_a_row ? "max_in_a_row" : "max_in_all",
            " allows; --replay_step=", step, " shows in which layer the values became too large"))};
  }
  if (!rolls_back()) {
    state_->RestoreState();
    record_->set_lost_updates(record_->lost_updates() + 1);
    return {"skipped", absl::StrCat("warning: skipped ", metrics, " (", count, ")"), {}};
  }
  state_->RestoreSnapshot();
  record_->set_rollbacks(record_->rollbacks() + 1);
  record_->set_lost_updates(step - record_->snapshot_step() + record_->snapshot_lost_updates());
  return {"rolled_back",
          absl::StrCat("warning: returned to the snapshot of step ", record_->snapshot_step(),
                       " after ", metrics, " (", count, "); learning rates are multiplied by ",
                       SignificantText(rate_factor(), 6), " from now on"),
          {}};
}

void DivergenceGuard::StepIsSound() {
  record_->set_in_a_row(0);
  if (snapshot_due()) TakeSnapshot();
}

bool DivergenceGuard::snapshot_due() const {
  return rolls_back() && progress_->step() % policy_.snapshot_every_steps() == 0;
}

void DivergenceGuard::TakeSnapshot() {
  state_->TakeSnapshot();
  record_->set_snapshot_step(progress_->step());
  record_->set_snapshot_lost_updates(record_->lost_updates());
}

int64_t DivergenceGuard::update_number() const {
  return progress_->inherited_updates() + progress_->step() + 1 - record_->lost_updates();
}

double DivergenceGuard::rate_factor() const {
  return std::pow(double{policy_.factor()}, static_cast<double>(record_->rollbacks()));
}

bool DivergenceGuard::snapshot_differs() const {
  return rolls_back() && record_->snapshot_step() != progress_->step();
}

std::string DivergenceTotals(const Progress& progress) {
  const DivergenceRecord& record = progress.divergence();
  if (record.steps() == 0) return "";
  return absl::StrCat(record.steps(), " of ", progress.step(), " steps diverged; ",
                      record.lost_updates(), " steps are not part of the weights",
                      record.rollbacks() > 0 ? absl::StrCat(", the learning rate was lowered ",
                                                            record.rollbacks(), " times")
                                             : "");
}

}  // namespace elman
