// Saves the state of a run during training: all ranks copy it at the same step; rank 0 writes the
// copy in the background, one checkpoint at a time.
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
#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

class CheckpointSaver {
 public:
  // All arguments must outlive the saver. The rank that has a reporter writes. Moves the arrays out
  // of `checkpoint`, if it has any, and reads its header at every save. `alive` is called about
  // once per second while the saver waits for the disk.
  CheckpointSaver(const RecordParts& record, PhaseClock* clock, TrainingState* state,
                  Checkpoint* checkpoint, std::function<void(Activity)> alive);

  // Saves a checkpoint. Waits while the previous one is still being written, so every requested
  // checkpoint is written, and memory for one copy is enough. `with_snapshot`: also saves the
  // snapshot of the state. A best state for which it is too early (checkpoint.min_minutes) is
  // copied but held in memory: it is written when the time has come, before any other state, unless
  // a better one replaces it. Collective.
  void Save(bool is_best, bool with_snapshot);

  // Whether states that are not the best must wait: it is too early for the next checkpoint, or a
  // best state is held. Always false on ranks that do not write; the ranks must agree on it.
  bool Holds() const { return writer_ && (held_ || TooEarly()); }

  // Reports a save that has ended, if there is one. Writes the state that is held when it is no
  // longer too early.
  void ReportOutcome();

  // Returns whether a save is due by the clock. Such a save does not delay training: it is not due
  // while the writer is busy. Always false on ranks that do not write.
  bool DueByClock() const;

  // Waits for the save in progress. If the last save failed, tries again a few times, because no
  // later save replaces it and a full disk may be temporary. The first pause is `pause`; each later
  // one is twice as long. Every attempt writes the whole checkpoint.
  void Finish(absl::Duration pause);

  // Returns, on the rank that writes, the best result that was found to have no checkpoint since
  // the last call.
  std::optional<LostBest> TakeLostBest() { return std::exchange(lost_best_, std::nullopt); }

  int64_t saved_step() const { return saved_step_; }  // of the last save; -1: none
  bool failed() const { return failed_; }             // the last save could not be written
  // On the rank that writes: the step of the last checkpoint that was written, also before this
  // process; 0: none.
  int64_t written_step() const { return written_step_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool TooEarly() const;
  void Begin(bool is_best);
  void WriteHeld();
  void Wait();
  void Report(const SaveOutcome& save);

  const RecordParts record_;
  PhaseClock* const clock_;
  TrainingState* const state_;
  Checkpoint* const checkpoint_;
  const std::function<void(Activity)> alive_;
  int64_t saved_step_;
  int64_t written_step_ = 0;
  Clock::time_point saved_at_ = Clock::now();
  std::optional<Clock::time_point>
      written_at_;     // start of the last write; none yet in this process
  bool held_ = false;  // the writer's copy is a best state that is not being written yet
  bool failed_ = false;
  std::optional<LostBest> lost_best_;
  std::optional<BackgroundWriter> writer_;  // on the rank that writes
};

}  // namespace elman
