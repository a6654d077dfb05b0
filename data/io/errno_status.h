// Statuses of failed system calls, from their errno.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace elman {

// A status for a failed system call: "PATH: cannot OPERATION: REASON", with the code that `error`
// (an errno) maps to.
absl::Status ErrnoStatus(int error, std::string_view operation, std::string_view path);

}  // namespace elman
