// Checks that a model can be created from its configuration, for a task and its vocabularies.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "proto/dataset.pb.h"
#include "proto/model.pb.h"

namespace elman {

// InvalidArgument names the field of `spec` that makes no sense, and a remedy. DataLoss: the task
// has another number of vocabularies.
absl::Status CheckModelSpec(Task task, const ModelSpec& spec,
                            const std::vector<VocabularySpec>& vocabularies);

}  // namespace elman
