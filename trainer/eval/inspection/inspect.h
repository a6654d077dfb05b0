// Inspects what a path names: a data set, a shard, a run directory, a checkpoint or a baseline. A
// new kind of file is added here.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Looks at a data set's folder, a shard, a run directory (its latest checkpoint, and how it went)
// a checkpoint or the file of a floor; with `verify`, at every byte of it, and in a run directory
// at every checkpoint. An error if it is none of these or cannot be read.
absl::StatusOr<Inspection> Inspect(const std::string& path, bool verify);

// Puts the marks of a run directory in order, as RepairRun does: what was done and what is there
// now. There are problems only if no run can go on from it.
absl::StatusOr<Inspection> Repair(const std::string& path);

}  // namespace elman
