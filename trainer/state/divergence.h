// Handles diverged steps (exploding loss or gradients) as the DivergencePolicy of the run requires.
// Decisions depend only on numbers that are equal on all ranks, so all ranks decide alike.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"
#include "trainer/state/training_state.h"

namespace elman {

// Order of calls in a step: KeepState; the passes; Diverged; if it returns true, Recover instead of
// an update of the values; otherwise, once `progress` counts the step, StepIsSound.
class DivergenceGuard {
 public:
  // All arguments must outlive the guard. If the policy requires a snapshot and the state has none,
  // takes a snapshot of the current state.
  DivergenceGuard(const TrainingConfig& config, TrainingState* state, Progress* progress);

  void KeepState() { state_->KeepState(); }

  // `loss` is any sum or mean; `gradient_norm` is the norm before clipping.
  bool Diverged(double loss, double gradient_norm) const;

  struct Recovery {
    const char* event;    // "skipped", "rolled_back", or "diverged" if the run ends
    std::string detail;   // description
    absl::Status status;  // OutOfRange with a remedy if the run must end
  };
  // Restores this rank's part of the state from before the step, or from the snapshot.
  // ShareRestoredValues of the exchange must follow, unless the run must end. Updates `progress`,
  // which does not count the step yet.
  Recovery Recover(double loss, double gradient_norm);

  // Takes a snapshot if one is due.
  void StepIsSound();
  bool snapshot_due() const;  // after the last step, if that did not diverge

  // For the next step: the number of the update, from 1, and the factor of its learning rate.
  int64_t update_number() const;
  double rate_factor() const;

  // Whether the last step diverged.
  bool in_doubt() const { return record_->in_a_row() > 0; }
  // Whether a checkpoint of the current state needs the snapshot in addition.
  bool snapshot_differs() const;

 private:
  bool rolls_back() const { return policy_.action() == DivergencePolicy::ROLL_BACK; }
  void TakeSnapshot();

  const DivergencePolicy& policy_;
  TrainingState* const state_;
  const Progress* const progress_;
  DivergenceRecord* const record_;  // part of `progress`
};

// Returns "3 of 100 steps diverged ..." for the end of a run; empty if none did.
std::string DivergenceTotals(const Progress& progress);

}  // namespace elman
