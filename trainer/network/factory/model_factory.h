// From a configuration and a vocabulary to a model.
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

// The model of a task: a LanguageModel, a Tagger, a Classifier, a Translator or WordVectors. Wants
// a vocabulary for each of FieldsOf(task) and, for word vectors alone, the counts of the pieces of
// the first. InvalidArgument names the field of `spec` that makes no sense;
// Unimplemented: the task is not one this version trains.
absl::StatusOr<std::unique_ptr<Model>> CreateModel(Task task, const ModelSpec& spec,
                                                   const std::vector<VocabularySpec>& vocabularies,
                                                   std::span<const uint64_t> counts = {});

}  // namespace elman
