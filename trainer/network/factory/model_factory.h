// Creates models from a configuration and vocabularies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"
#include "proto/model.pb.h"
#include "trainer/network/models/model.h"

namespace elman {

// The vocabularies of the fields of a data set or a checkpoint.
template <typename Fields>
std::vector<VocabularySpec> VocabulariesOf(const Fields& fields) {
  std::vector<VocabularySpec> vocabularies;
  for (const auto& field : fields) vocabularies.push_back(field.vocabulary());
  return vocabularies;
}

// Creates the model of a task: LanguageModel, Tagger, Classifier, Translator, WordVectors or Glove.
// Requires one vocabulary per field of FieldsOf(task) and, only for word vectors, the counts of the
// pieces of the first one. InvalidArgument names the invalid field of `spec`; Unimplemented means
// that this version does not train the task.
absl::StatusOr<std::unique_ptr<Model>> CreateModel(Task task, const ModelSpec& spec,
                                                   const std::vector<VocabularySpec>& vocabularies,
                                                   std::span<const uint64_t> counts = {});

}  // namespace elman
