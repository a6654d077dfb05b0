// Opening files by system calls: retried after a signal, and for regular files only.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace elman {

// As open(2) with mode 0666 and O_CLOEXEC; repeated if a signal came first, as may happen on
// network file systems.
int OpenFile(const std::string& path, int flags);

// As open(2), but for regular files only: DataLoss, at once, for whatever else stands there, also
// for a pipe that has no other end, and for a symbolic link where `flags` have O_NOFOLLOW. The
// descriptor is the caller's to close.
absl::StatusOr<int> OpenRegularFile(const std::string& path, int flags);

}  // namespace elman
