// Ids of labels that do not occur in train. Each chunk numbers them separately; their final ids are
// known when all chunks have been read.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/staging/example_spool.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "trainer/comm/communicator.h"

namespace elman {

// The labels with their counts, sorted by bytes. Collective: every rank gets the labels of rank 0.
std::vector<Vocabulary::Entry> ShareUnseenLabels(const PieceCounts& labels, Communicator* workers);

// Replaces the numbers of unseen labels in field `field` of a chunk with their ids in
// `vocabulary.unseen_labels()`. DataLoss if the notes of the chunk, written by SplitTokenizer, do
// not have a label. Safe for concurrent use.
absl::Status RenumberUnseenLabels(const Vocabulary& vocabulary, int field,
                                  SpooledExamples* examples);

// The first place in the corpus of a label of a text or a tag of a word: "FILE: line NUMBER". Empty
// if it does not occur.
absl::StatusOr<std::string> FindLabel(const Corpus& corpus, const ExampleRules& rules,
                                      const std::string& label);

}  // namespace elman
