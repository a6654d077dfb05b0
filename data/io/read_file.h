// Reads whole files, at once or in parts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// The contents of a file. Fails if it has more than `max_bytes` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes);

// Calls `visit` for each part of a file in order. A part has at most 1 MiB.
absl::Status VisitFile(const std::string& path,
                       absl::FunctionRef<absl::Status(std::string_view part)> visit);

// CRC32C of a whole file.
absl::StatusOr<uint32_t> FileCrc32c(const std::string& path);

}  // namespace elman
