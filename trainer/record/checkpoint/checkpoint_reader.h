#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// What to do about a file that cannot be used: in a run directory, RUN/checkpoints/step-*.ckpt,
// there is help.
std::string CheckpointRemedy(const std::string& path);

// Reads a checkpoint and verifies all of it: every record's checksums and file id, the order of the
// records, that chunks fill vocabulary, tokenizer and arrays exactly, the content hash, and that
// nothing follows. DataLoss names the file, the offset and the record. Sizes are bounded by the
// file's before anything is allocated.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path);

// Reads a file back that was just written from `written`, and finds every byte of it as it is in
// memory. Like ReadCheckpoint, it trusts nothing, but needs no second copy of the arrays.
absl::Status VerifyCheckpoint(const std::string& path, const Checkpoint& written,
                              const std::string& content_hash);

// Only the first record: cheap, and enough to say what a checkpoint is of.
absl::StatusOr<CheckpointHeader> ReadCheckpointHeader(const std::string& path);

}  // namespace elman
