// Checks that a model can be created from its configuration, for a task and its vocabularies.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "proto/dataset.pb.h"
#include "proto/model.pb.h"

namespace elman {

// InvalidArgument names the invalid field of `spec` and a remedy. DataLoss: the number of
// vocabularies does not match the task.
absl::Status CheckModelSpec(Task task, const ModelSpec& spec,
                            const std::vector<VocabularySpec>& vocabularies);

}  // namespace elman
