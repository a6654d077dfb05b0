// Checks a run directory: verifies every checkpoint and the marks `latest` and `best`, finds
// temporary files of killed writers, and repairs marks and removes temporary files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// A checkpoint file and the result of its verification.
struct CheckpointSummary {
  std::string name;
  uint64_t bytes = 0;
  absl::Status status;  // OK: undamaged
  // Set for an undamaged checkpoint.
  Progress progress;
  std::string content_hash;

  bool whole() const { return status.ok(); }
  // Whether it is the best of the run up to its step.
  bool best_of_its_time() const {
    return progress.has_best() && progress.best_step() == progress.step();
  }
};

// A mark and what is wrong with it.
struct MarkSummary {
  std::string name;  // of the mark's file: latest, best
  bool exists = false;
  std::string checkpoint;  // the name in the file; empty if it has none
  std::string problem;     // empty: the mark is good, or there is none and none is needed
};

// The contents of a run directory and their problems.
struct RunSummary {
  std::string folder;
  std::string writer;                          // the process that is writing there; empty: none
  std::vector<CheckpointSummary> checkpoints;  // ascending by step
  MarkSummary latest, best;
  std::vector<std::string> temporary_files;  // paths, in the order of names

  // Returns null if there is none.
  const CheckpointSummary* Find(std::string_view name) const;
  const CheckpointSummary* NewestWhole() const;
  // Returns all problems, one line each.
  std::vector<std::string> Problems() const;
};

// Returns whether `path` is a run directory: a folder that contains a folder `checkpoints`.
bool IsRunDirectory(const std::string& path);

// Reads a checkpoint and also verifies that its vocabularies have the fingerprints of the header
// and that its numbers are finite.
absl::StatusOr<Checkpoint> ReadWholeCheckpoint(const std::string& path);

// Reads every checkpoint of the run directory completely. While a run writes to the directory,
// temporary files are not a problem, because the run may be using them.
absl::StatusOr<RunSummary> SummarizeRun(const std::string& folder);

// The result of a repair.
struct RunRepair {
  std::vector<std::string> actions;  // actions taken, one line each
  RunSummary after;

  // Whether the run can be resumed and its model used: damaged checkpoints may remain, but no mark
  // names one.
  bool ok() const { return after.latest.problem.empty() && after.best.problem.empty(); }
};

// Repairs the marks and deletes temporary files. If `latest` is missing or does not name an
// undamaged checkpoint, it is set to the newest undamaged one. `best` likewise is set to the one
// that the newest undamaged checkpoint records as best, if that is undamaged; otherwise the mark is
// removed. If no checkpoint is undamaged, marks stay. Nothing else changes: no checkpoint and no
// good mark. Fails without any change while a run writes to the directory, or if a checkpoint
// cannot be checked (it cannot be read, or another version wrote it).
absl::StatusOr<RunRepair> RepairRun(const std::string& folder);

}  // namespace elman
