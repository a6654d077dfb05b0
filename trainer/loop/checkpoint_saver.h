// Saves the state of a run while training goes on: all ranks copy it at the same step; rank 0
// writes the copy in the background, one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "trainer/loop/loop_parts.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/record/checkpoint/background_writer.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/state/training_state.h"
#include "trainer/watchdog/pulse.h"

namespace elman {

class CheckpointSaver {
 public:
  // All arguments must outlive the saver. The rank that has a reporter writes. Takes the arrays of
  // `checkpoint`, if it has any, and reads its header at every save. `alive` is called about every
  // second while the saver waits for the disk.
  CheckpointSaver(const RecordParts& record, PhaseClock* clock, TrainingState* state,
                  Checkpoint* checkpoint, std::function<void(Activity)> alive);

  // A save that comes while the one before is still being written waits for it: every checkpoint
  // that was asked for is written, and memory for one is enough. With the snapshot of the state, if
  // so wished. Collective.
  void Save(bool is_best, bool with_snapshot);

  // Reports a save that has ended, if there is one.
  void ReportOutcome();

  // A save is due by the clock. Such a save does not hold up training: it waits until the writer is
  // free. Never on ranks other than the one that writes.
  bool DueByClock() const;

  // Waits for the save under way. No later save makes good for the last one: if it failed, it is
  // tried again a few times, first after `pause`, then after twice as long each time, for a disk
  // that is full may be so for a moment only. Every time it is written anew, from the first byte.
  void Finish(absl::Duration pause);

  // The best that was found to have no checkpoint since the last call, on the rank that writes.
  std::optional<LostBest> TakeLostBest() { return std::exchange(lost_best_, std::nullopt); }

  int64_t saved_step() const { return saved_step_; }  // of the last save; -1: there is none
  bool failed() const { return failed_; }             // the last save could not be written

 private:
  using Clock = std::chrono::steady_clock;

  void Wait();
  void Report(const SaveOutcome& save);

  const RecordParts record_;
  PhaseClock* const clock_;
  TrainingState* const state_;
  Checkpoint* const checkpoint_;
  const std::function<void(Activity)> alive_;
  int64_t saved_step_;
  Clock::time_point saved_at_ = Clock::now();
  bool failed_ = false;
  std::optional<LostBest> lost_best_;
  std::optional<BackgroundWriter> writer_;  // on the rank that writes
};

}  // namespace elman
