// Opening files by system calls: retried after a signal, and for regular files only.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace elman {

// One system call reads or writes at most this much: some kernels and file systems refuse more than
// 2 GiB.
inline constexpr size_t kMaxTransferBytes = size_t{256} << 20;

// As open(2) with mode 0666 and O_CLOEXEC; repeated if a signal came first, as may happen on
// network file systems.
int OpenFile(const std::string& path, int flags);

// As open(2), but for regular files only: DataLoss, at once, for whatever else stands there, also
// for a pipe that has no other end, and for a symbolic link where `flags` have O_NOFOLLOW. The
// descriptor is the caller's to close.
absl::StatusOr<int> OpenRegularFile(const std::string& path, int flags);

}  // namespace elman
