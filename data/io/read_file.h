// Whole files, read at once or part by part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// The whole of a file of at most `max_bytes` bytes; larger ones are refused.
absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes);

// Shows a file from its beginning to its end, in parts of at most a mebibyte.
absl::Status VisitFile(const std::string& path,
                       absl::FunctionRef<absl::Status(std::string_view part)> visit);

// The CRC32C of the whole of a file.
absl::StatusOr<uint32_t> FileCrc32c(const std::string& path);

}  // namespace elman
