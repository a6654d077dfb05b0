// What a run does about steps whose loss or gradients explode, as its DivergencePolicy says. Every
// decision rests on figures and counts that all ranks have alike, so all ranks decide alike.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"
#include "trainer/state/training_state.h"

namespace elman {

// The order of a step: KeepState; the passes; then, if it Diverged, Recover in place of an update
// of the values; then, once `progress` counts the step, StepIsSound unless it diverged.
class DivergenceGuard {
 public:
  // All arguments must outlive the guard. Where the policy wants a snapshot and the state has none,
  // takes one of the state as it is.
  DivergenceGuard(const TrainingConfig& config, TrainingState* state, Progress* progress);

  void KeepState() { state_->KeepState(); }

  // `loss` is any sum or mean, `gradient_norm` that before clipping.
  bool Diverged(double loss, double gradient_norm) const;

  struct Recovery {
    const char* event;    // "skipped", "rolled_back", "diverged": the run ends
    std::string detail;   // for people
    absl::Status status;  // OutOfRange, with advice, if the run must end
  };
  // Puts this rank's part of the state back to where it was before the step, or to the snapshot.
  // The exchange's ShareRestoredValues must follow, unless the run must end. Takes note in
  // `progress`, which still counts the steps before.
  Recovery Recover(double loss, double gradient_norm);

  // Takes a snapshot if one is due.
  void StepIsSound();
  bool snapshot_due() const;  // after the last step, if it did not diverge

  // Of the step that comes next: which update of the values it is, from 1, and what multiplies its
  // learning rate.
  int64_t update_number() const;
  double rate_factor() const;

  // The last step diverged.
  bool in_doubt() const { return record_->in_a_row() > 0; }
  // A checkpoint of the state as it is needs the snapshot beside it.
  bool snapshot_differs() const;

 private:
  bool rolls_back() const { return policy_.action() == DivergencePolicy::ROLL_BACK; }
  void TakeSnapshot();

  const DivergencePolicy& policy_;
  TrainingState* const state_;
  const Progress* const progress_;
  DivergenceRecord* const record_;  // within `progress`
};

// "3 of 100 steps diverged ..." for the end of a run; empty if none did.
std::string DivergenceTotals(const Progress& progress);

}  // namespace elman
