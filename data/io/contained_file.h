// Checks names of files that were read from other files, so that they cannot lead out of their
// folder.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace elman {

// Whether `name` can only be a file directly in a folder: not empty, not hidden, not a path,
// without control characters, and not longer than file systems allow.
bool IsPlainName(std::string_view name);

// DataLoss if `name` in `folder` is a symbolic link that leads out of the folder or to nothing. The
// folder itself may be a link. OK if the file does not exist; opening it will report that.
absl::Status CheckStaysInside(const std::string& folder, const std::string& name);

}  // namespace elman
