// The first pass over train: what its words, characters and labels are, and how often each comes.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/staging/pipeline_progress.h"
#include "data/staging/preprocess_options.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/vocabularies/field_coding.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Counts the fields `counted`, which have vocabularies of their own, in the examples that `rules`
// leave of `train`. Collective. On rank 0 `selections` gets the pieces of each, in this order. A
// process counts in three quarters of options.memory_mb, and beyond that in files of `folder`,
// which all ranks see; the result is the same.
absl::Status CountTrain(const PreprocessOptions& options, const Corpus& train,
                        const ExampleRules& rules, const std::string& folder,
                        const std::vector<FieldCoding>& fields, const std::vector<int>& counted,
                        Communicator* workers, PipelineProgress* progress,
                        std::vector<PieceSelection>* selections);

}  // namespace elman
