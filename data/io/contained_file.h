// Files named by other files: a name that was read somewhere must not lead out of the folder it is
// for.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace elman {

// Whether `name` can only be that of a file right in a folder: not empty, not hidden, no path, no
// control characters, no longer than file systems allow.
bool IsPlainName(std::string_view name);

// DataLoss if `name` in `folder` is a symbolic link that leads out of the folder, or to nothing.
// The folder itself may be a link: whoever named it chose what is in it. A file that is not there
// is left to whoever opens it.
absl::Status CheckStaysInside(const std::string& folder, const std::string& name);

}  // namespace elman
