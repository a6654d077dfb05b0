// The fields of the examples that a checkpoint was trained on: reads their vocabularies and
// compares them with those of a data set.
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

// Returns the vocabularies of a checkpoint. Checks that each has the fingerprint in the header.
absl::StatusOr<std::vector<Vocabulary>> ReadVocabularies(const Checkpoint& checkpoint,
                                                         const std::string& path);

// Checks that a data set has the task and the vocabularies of a checkpoint, so that ids mean the
// same. Otherwise FailedPrecondition; the message suggests to change the data set, or the
// `alternative`, which may be empty.
absl::Status CheckFields(const CheckpointHeader& header, const std::string& path,
                         const Dataset& dataset, std::string_view alternative);

}  // namespace elman
