// What makes a data set the one it is.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/staging/preprocess_options.h"

namespace elman {

// The options that the bytes of a data set depend on and what tells its sources from others: two
// runs with the same text make the same data set. Of a file: path, size, time of change, and a
// fingerprint of its ends. Of a pipe, which `splits` has the copy of where the options have the
// pipe: a fingerprint of all of it.
absl::StatusOr<std::string> PlanText(const PreprocessOptions& options,
                                     const std::vector<PreprocessOptions::Split>& splits);

}  // namespace elman
