// Step 1 of preprocessing: makes vocabularies and subword models from train.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/staging/pipeline_progress.h"
#include "data/staging/preprocess_options.h"
#include "data/staging/preprocess_report.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/vocabularies/field_coding.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Number of steps of `progress` that MakeVocabularies uses.
int VocabularySteps(const std::vector<FieldCoding>& fields);

// Makes the vocabularies and models that are not imported or adopted; returns the vocabularies by
// field that owns one. Collective. Rank 0 trains subword models; all ranks count words and labels
// of the examples of `train` that `rules` do not leave out, with temporary files in `folder` if
// necessary. Labels of texts get the order given by the options. Sets the numbers of sampled lines
// in `report`.
absl::StatusOr<std::vector<absl::StatusOr<Vocabulary>>> MakeVocabularies(
    const PreprocessOptions& options, const Corpus& train, const ExampleRules& rules,
    const std::string& folder, Communicator* workers, PipelineProgress* progress,
    std::vector<FieldCoding>* fields, PreprocessReport* report);

// Sets the vocabularies and tokenizers of all fields, also of those that share one. Collective.
absl::Status UseVocabularies(std::vector<absl::StatusOr<Vocabulary>> made, Communicator* workers,
                             std::vector<FieldCoding>* fields);

}  // namespace elman
