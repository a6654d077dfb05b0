#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/checkpoint/checkpoint.h"

namespace elman {

// Reads a checkpoint and verifies all of it: every record's checksums and file id, the order of the
// records, that chunks fill vocabulary, tokenizer and arrays exactly, the content hash, and that
// nothing follows. DataLoss names the file, the offset and the record. Sizes are bounded by the
// file's before anything is allocated.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path);

// Only the first record: cheap, and enough to say what a checkpoint is of.
absl::StatusOr<CheckpointHeader> ReadCheckpointHeader(const std::string& path);

}  // namespace elman
