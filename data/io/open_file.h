// Opens files with system calls: retries after signals, and can require regular files.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace elman {

// Maximum bytes per system call. Some kernels and file systems do not accept more than 2 GiB.
inline constexpr size_t kMaxTransferBytes = size_t{256} << 20;

// open(2) with mode 0666 and O_CLOEXEC. Retries after EINTR, which occurs on network file systems.
int OpenFile(const std::string& path, int flags);

// Opens a regular file. DataLoss, without waiting, for anything else, also for a pipe without a
// writer, and for a symbolic link if `flags` have O_NOFOLLOW. The caller closes the descriptor.
absl::StatusOr<int> OpenRegularFile(const std::string& path, int flags);

}  // namespace elman
