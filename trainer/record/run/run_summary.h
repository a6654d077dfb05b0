// What is in a run directory, and how much of it is good: every checkpoint verified, the marks
// `latest` and `best`, files that a killed writer left; and putting marks and left-overs in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

struct SurveyedCheckpoint {
  std::string name;
  uint64_t bytes = 0;
  absl::Status status;  // OK: it is whole
  // Of a whole one.
  Progress progress;
  std::string content_hash;

  bool whole() const { return status.ok(); }
  // It is the best of the run up to its step.
  bool best_of_its_time() const {
    return progress.has_best() && progress.best_step() == progress.step();
  }
};

struct SurveyedMark {
  std::string name;  // of the file: latest, best
  bool exists = false;
  std::string checkpoint;  // the name in it; empty if it has none
  std::string problem;     // empty: it is good, or there is none and none is needed
};

struct RunSurvey {
  std::string folder;
  std::string writer;                           // who writes there now; empty: nobody
  std::vector<SurveyedCheckpoint> checkpoints;  // by step
  SurveyedMark latest, best;
  std::vector<std::string> temporary_files;  // paths, in the order of names

  // Null if there is none.
  const SurveyedCheckpoint* Find(std::string_view name) const;
  const SurveyedCheckpoint* NewestWhole() const;
  // Every fault, one line each.
  std::vector<std::string> Problems() const;
};

// Whether `path` is a run directory: a folder with a folder `checkpoints`.
bool IsRunDirectory(const std::string& path);

// Reads a checkpoint and verifies what its reader cannot: that the vocabulary is the one its header
// states, and that its numbers are finite.
absl::StatusOr<Checkpoint> ReadWholeCheckpoint(const std::string& path);

// Reads every checkpoint of the run directory to its end. A run that writes there meanwhile may be
// at work on temporary files, which then are no fault.
absl::StatusOr<RunSurvey> SurveyRun(const std::string& folder);

struct RunRepair {
  std::vector<std::string> actions;  // done, one line each
  RunSurvey after;

  // Whether a run can go on from what is there now, and a model be used: damaged checkpoints may
  // remain, but no mark names one.
  bool ok() const { return after.latest.problem.empty() && after.best.problem.empty(); }
};

// Makes `latest` anew where it is missing or names no whole checkpoint: the newest that is whole;
// `best` likewise: the one that the newest whole checkpoint says was best, if it is whole, else the
// mark is removed. Where none is whole, marks stay. Deletes temporary files. Nothing else is
// touched: no checkpoint, whole or not, and no mark that is good. Fails while a run writes there,
// and where a checkpoint cannot be judged (it cannot be read, or another version wrote it); then
// nothing is changed.
absl::StatusOr<RunRepair> RepairRun(const std::string& folder);

}  // namespace elman
