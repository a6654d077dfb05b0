// The fields of the examples that a checkpoint was trained on: their vocabularies, and whether a
// data set has the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "data/text/vocabulary.h"
#include "proto/checkpoint.pb.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// The vocabularies that a checkpoint holds, each of which has the fingerprint its header states.
absl::StatusOr<std::vector<Vocabulary>> ReadVocabularies(const Checkpoint& checkpoint,
                                                         const std::string& path);

// Task and vocabularies of a data set are those of a checkpoint, so that ids mean the same.
// FailedPrecondition otherwise, which ends with `remedy`.
absl::Status CheckFields(const CheckpointHeader& header, const std::string& path,
                         const Dataset& dataset, std::string_view remedy);

}  // namespace elman
