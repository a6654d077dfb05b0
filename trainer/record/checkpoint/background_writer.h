// Writes checkpoints while training goes on.
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

// The best that a run believes in has no checkpoint: its save failed, or somebody removed the file.
struct LostBest {
  int64_t step = 0;  // of the one that is lost
  // The best that there is instead.
  bool has_best = false;
  int64_t best_step = 0;
  double best_loss = 0;
  double best_score = 0;
};

// What became of a save.
struct SaveOutcome {
  int64_t step = 0;
  std::string path;
  absl::StatusOr<std::string> content_hash;  // or why there is no checkpoint of this step
  absl::Status pruned;                       // whether the folder could be tidied up afterwards
  std::optional<LostBest> lost_best;         // `best` then names what there is instead
  // From Begin to the last fsync.
  std::chrono::steady_clock::time_point began, ended;
  double seconds() const { return std::chrono::duration<double>(ended - began).count(); }
};

// One save at a time: fill snapshot(), Begin, and go on with something else; once Outcome returns
// what became of it, and not before, the snapshot may be filled again. All calls come from one
// thread. The destructor waits for a save under way.
class BackgroundWriter {
 public:
  // Saves into `directory`, which must outlive the writer and is used by no one else to write, and
  // keeps there the newest `keep` checkpoints besides the latest and the best. `progress` says
  // which of those there are already is the best.
  BackgroundWriter(CheckpointDirectory* directory, int keep, const Progress& progress = {})
      : directory_(directory), keep_(keep) {
    CopyBest(progress, &best_);
  }
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  // The second buffer: what the next save writes. Its memory serves one save after the other.
  Checkpoint* snapshot() { return &snapshot_; }

  // Begins to write, verify and publish the snapshot, and to delete what is no longer kept.
  void Begin(bool is_best);
  // The same once more, after it failed: the snapshot must be as it was.
  void BeginAgain() { Begin(is_best_); }

  bool busy() const { return save_.valid(); }  // a save was begun and its outcome not yet taken

  // What became of the save under way, once; nothing if it does not end within `patience`, or there
  // is none.
  std::optional<SaveOutcome> Outcome(absl::Duration patience);

 private:
  SaveOutcome Save();
  std::optional<LostBest> FindLostBest(bool saved);

  CheckpointDirectory* const directory_;
  const int keep_;
  Progress best_;                  // of which nothing but the last best that was saved
  bool is_best_ = false;           // the snapshot
  Checkpoint snapshot_;            // of the thread that writes while busy()
  std::future<SaveOutcome> save_;  // last, so that it is waited for before the rest goes
};

}  // namespace elman
