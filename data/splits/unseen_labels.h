// The ids of labels that train does not have. Each chunk of a corpus numbers those that it meets;
// the ids in shards are known when all chunks have been read.
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

// The labels, with their counts, in the order of their bytes. Collective: every rank gets those
// that rank 0 has.
std::vector<Vocabulary::Entry> ShareUnseenLabels(const PieceCounts& labels, Communicator* workers);

// Gives the labels in field `field` of a chunk that are among `vocabulary.unseen_labels()` their
// ids there, in place of the numbers in the chunk. DataLoss if the notes of the chunk, which
// SplitTokenizer wrote, do not name one of them. Safe for any number of threads.
absl::Status RenumberUnseenLabels(const Vocabulary& vocabulary, int field,
                                  SpooledExamples* examples);

// Where the corpus has a label of a text, or the tag of a word, first: "FILE: line NUMBER". Empty:
// it does not have it.
absl::StatusOr<std::string> FindLabel(const Corpus& corpus, const ExampleRules& rules,
                                      const std::string& label);

}  // namespace elman
