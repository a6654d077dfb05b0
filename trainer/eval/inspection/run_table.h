// A table of several runs, the best one first.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Describes the run directories among `paths`: the main metric of the best validation, by which
// they are sorted, its step, the last step, the state of the run, and the fields of the
// configuration that are not the same in all of them. Runs without a validation come last. Paths
// that are not run directories are listed after the table. Runs of different tasks or validation
// splits, by their latest checkpoints, are not comparable: each task and split has its own table,
// and JSON has `groups` with `metric` and `runs`. NotFound if there is no run among the paths.
absl::StatusOr<Inspection> TabulateRuns(const std::vector<std::string>& paths);

}  // namespace elman
