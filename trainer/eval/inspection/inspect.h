// Inspects the file or folder at a path: a data set, a shard, a run directory, a checkpoint or a
// baseline. New kinds of files are added here.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// What to show.
struct InspectSpec {
  bool verify = false;  // check every byte
  bool all = false;     // all fields of the configuration, and the table of parameters
};

// Describes a data set, its manifest, a shard, a run directory (its latest checkpoint and its
// progress), a checkpoint or the mark of one, a baseline, word vectors or a metrics.jsonl. Of a
// run, the results and the course come first. With `verify`, checks every byte of it; in a run
// directory, every checkpoint. An error if it is none
// of these or cannot be read; for other known files it names the program that reads them.
absl::StatusOr<Inspection> Inspect(const std::string& path, const InspectSpec& spec);

// Repairs the marks of a run directory with RepairRun, and describes the actions and the result.
// Reports problems only if no run can resume from it.
absl::StatusOr<Inspection> Repair(const std::string& path);

}  // namespace elman
