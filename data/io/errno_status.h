// Converts errno of failed system calls to a status.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace elman {

// The status of a failed system call: "PATH: cannot OPERATION: REASON". `error` is an errno and
// determines the code.
absl::Status ErrnoStatus(int error, std::string_view operation, std::string_view path);

}  // namespace elman
