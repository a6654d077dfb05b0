// N-gram models as text, in the format that other programs read and write: ARPA.
//
// Tokens are spelled as they are. One that has white space or control characters in it, is not
// UTF-8 or has "\x" in it is spelled with \xNN for each such byte and each backslash.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {

// Publishes a model as the ARPA file `path`. Numbers read back as the same floats.
absl::Status ExportArpa(const NgramTable& table, const Vocabulary& vocabulary,
                        const std::string& path);

// Publishes under `path` the file of the model that the ARPA file `arpa`, which may be compressed,
// holds, over the vocabulary of a language-model data set. As in KenLM, a token that the model does
// not have is its <unk>, and where it has none, of log10 probability -100. N-grams with tokens that
// the vocabulary does not have can never be asked for, and are left out. DataLoss names the line
// that is not in the format.
absl::Status ImportArpa(const Dataset& dataset, const std::string& arpa, const std::string& path);

// How such files spell a piece of a vocabulary.
std::string ArpaSpelling(std::string_view piece);

}  // namespace elman
