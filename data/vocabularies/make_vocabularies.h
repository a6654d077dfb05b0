// Step 1 of preprocessing: the vocabularies and subword models that are made of train.
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

// Steps of `progress` that MakeVocabularies takes.
int VocabularySteps(const std::vector<FieldCoding>& fields);

// Makes the vocabularies, by field that owns one, and models that are not given. Collective. Rank 0
// trains subword models, all count words and labels of the examples that `rules` leave of `train`,
// with files in `folder` if need be. Labels of texts get the order that the options ask for. Of
// `report`, the lines sampled are set.
absl::StatusOr<std::vector<absl::StatusOr<Vocabulary>>> MakeVocabularies(
    const PreprocessOptions& options, const Corpus& train, const ExampleRules& rules,
    const std::string& folder, Communicator* workers, PipelineProgress* progress,
    std::vector<FieldCoding>* fields, PreprocessReport* report);

// Fills in vocabularies and tokenizers, those of the fields that share one too. Collective.
absl::Status UseVocabularies(std::vector<absl::StatusOr<Vocabulary>> made, Communicator* workers,
                             std::vector<FieldCoding>* fields);

}  // namespace elman
