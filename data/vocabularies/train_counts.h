// The first pass over train: counts its words, characters and labels.
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

// Counts the fields `counted`, which own their vocabularies, in the examples of `train` that
// `rules` do not leave out. Collective. Rank 0 gets the pieces of each field in `selections`, in
// this order. A process uses three quarters of options.memory_mb and then files in `folder`, which
// all ranks see. The result does not depend on memory.
absl::Status CountTrain(const PreprocessOptions& options, const Corpus& train,
                        const ExampleRules& rules, const std::string& folder,
                        const std::vector<FieldCoding>& fields, const std::vector<int>& counted,
                        Communicator* workers, PipelineProgress* progress,
                        std::vector<PieceSelection>* selections);

}  // namespace elman
