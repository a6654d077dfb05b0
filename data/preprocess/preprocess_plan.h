// Identifies the input of a preprocessing run.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/staging/preprocess_options.h"

namespace elman {

// A text of the options that the bytes of a data set depend on and of the identity of its sources:
// two runs with the same text make the same data set. A file is identified by path, size,
// modification time and a fingerprint of its ends; a pipe by a fingerprint of all its bytes. For a
// pipe in `options`, `splits` has the copy.
absl::StatusOr<std::string> PlanText(const PreprocessOptions& options,
                                     const std::vector<PreprocessOptions::Split>& splits);

}  // namespace elman
