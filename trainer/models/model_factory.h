// From a configuration and a vocabulary to a model.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"
#include "proto/model.pb.h"
#include "trainer/models/language_model.h"
#include "trainer/models/model.h"

namespace elman {

// InvalidArgument names the field of `spec` that makes no sense.
absl::StatusOr<std::unique_ptr<LanguageModel>> CreateLanguageModel(
    const ModelSpec& spec, const VocabularySpec& vocabulary);

// The model for a task. Unimplemented for tasks this version does not train.
absl::StatusOr<std::unique_ptr<Model>> CreateModel(Task task, const ModelSpec& spec,
                                                   const VocabularySpec& vocabulary);

}  // namespace elman
