// Reads checkpoint files and verifies every byte of them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Returns the remedy for a file that cannot be used; it differs for a file in a run directory
// (RUN/checkpoints/step-*.ckpt).
std::string CheckpointRemedy(const std::string& path);

// Reads a checkpoint and verifies all of it: the checksums and file id of every record, the order
// of the records, that chunks fill the vocabularies, tokenizers and arrays exactly, the content
// hash, and that nothing follows. DataLoss names the file, the offset and the record. Sizes are
// checked against the file size before memory is allocated.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path);

// Reads back a file that was just written from `written` and compares every byte with memory.
// Verifies as much as ReadCheckpoint, without a second copy of the arrays.
absl::Status VerifyCheckpoint(const std::string& path, const Checkpoint& written,
                              const std::string& content_hash);

// Reads only the first record: fast, and enough to describe a checkpoint.
absl::StatusOr<CheckpointHeader> ReadCheckpointHeader(const std::string& path);

}  // namespace elman
