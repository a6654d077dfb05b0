// Errors of paths that an option names as output.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace elman {

// Returns `status`, an error of creating a file or folder that the option ("--output") names, with
// a remedy, if permission or the folder is missing.
absl::Status ExplainOutput(const absl::Status& status, std::string_view option);

}  // namespace elman
