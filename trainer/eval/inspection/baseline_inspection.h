// What elman-inspect shows of the file of a floor.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Reading the file verifies it; with `verify` what is wrong is a problem, else an error.
absl::StatusOr<Inspection> InspectBaseline(const std::string& path, bool verify);

// Publishes the n-gram model in `path` as the ARPA file `arpa`, and shows the model.
// FailedPrecondition if `path` is no such file.
absl::StatusOr<Inspection> InspectAndExportArpa(const std::string& path, const std::string& arpa);

}  // namespace elman
