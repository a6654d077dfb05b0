// Implements elman-inspect for baseline files.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Reading the file verifies it. With `verify`, a defect is reported in Inspection::problems,
// otherwise as an error.
absl::StatusOr<Inspection> InspectBaseline(const std::string& path, bool verify);

// Writes the n-gram model in `path` to the ARPA file `arpa`, and describes the model.
// FailedPrecondition if `path` is not an n-gram model.
absl::StatusOr<Inspection> InspectAndExportArpa(const std::string& path, const std::string& arpa);

}  // namespace elman
