// Writes checkpoint files.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Publishes a checkpoint at `path` atomically: writes a temporary file, syncs it to disk, reads it
// back and verifies it, then renames it. Sets the format version, array table and provenance time
// of the header. Returns the content hash.
absl::StatusOr<std::string> WriteCheckpoint(Checkpoint* checkpoint, const std::string& path);

}  // namespace elman
