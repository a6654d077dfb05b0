// Writes checkpoints in the background during training.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"

namespace elman {

// A best result whose checkpoint does not exist: its save failed, or the file was removed.
struct LostBest {
  int64_t step = 0;  // step of the lost best
  // The best result with a checkpoint, which replaces it.
  bool has_best = false;
  int64_t best_step = 0;
  double best_loss = 0;
  double best_score = 0;
};

// The outcome of a save.
struct SaveOutcome {
  int64_t step = 0;
  std::string path;
  // Or the reason why there is no checkpoint of this step.
  absl::StatusOr<std::string> content_hash;
  absl::Status pruned;                // status of deleting old files afterwards
  std::optional<LostBest> lost_best;  // the mark `best` then names the replacement
  // The times of Begin and of the last fsync.
  std::chrono::steady_clock::time_point began, ended;
  double seconds() const { return std::chrono::duration<double>(ended - began).count(); }
};

// Writes one checkpoint at a time: fill snapshot(), call Begin, and continue with other work. The
// snapshot must not be changed until Outcome has returned the outcome. All calls must come from one
// thread. The destructor waits for a save in progress.
class BackgroundWriter {
 public:
  // Saves into `directory`, which must outlive the writer; no other code may write to it. Keeps the
  // newest `keep` checkpoints in addition to the latest and the best. `progress` says which
  // existing checkpoint is the best.
  BackgroundWriter(CheckpointDirectory* directory, int keep, const Progress& progress = {})
      : directory_(directory), keep_(keep) {
    CopyBest(progress, &best_);
  }
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  // The buffer of the next save. Its memory is reused for every save.
  Checkpoint* snapshot() { return &snapshot_; }

  // Starts to write, verify and publish the snapshot and to delete old checkpoints.
  void Begin(bool is_best);
  // Repeats a save that failed. The snapshot must not have changed.
  void BeginAgain() { Begin(is_best_); }

  // Whether a save was started and its outcome has not been returned.
  bool busy() const { return save_.valid(); }

  // Returns the outcome of the save in progress, once. Returns nothing if the save does not end
  // within `patience` or if there is none.
  std::optional<SaveOutcome> Outcome(absl::Duration patience);

 private:
  SaveOutcome Save();
  std::optional<LostBest> FindLostBest(bool saved);

  CheckpointDirectory* const directory_;
  const int keep_;
  Progress best_;         // only the fields of the last best that was saved
  bool is_best_ = false;  // whether the snapshot is the best
  Checkpoint snapshot_;   // used by the writing thread while busy()
  // Declared last, so that it is waited for before the other members are destroyed.
  std::future<SaveOutcome> save_;
};

}  // namespace elman
