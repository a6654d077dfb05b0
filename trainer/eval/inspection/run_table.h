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
// that are not run directories are listed after the table. NotFound if there is no run among them.
absl::StatusOr<Inspection> TabulateRuns(const std::vector<std::string>& paths);

}  // namespace elman
