#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Publishes a checkpoint under `path`, atomically: it is written beside it, made durable, read back
// and verified, and only then given its name. Fills in format version, array table and provenance
// time of the header. Returns the content hash.
absl::StatusOr<std::string> WriteCheckpoint(Checkpoint* checkpoint, const std::string& path);

}  // namespace elman
