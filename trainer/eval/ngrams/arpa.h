// Imports and exports n-gram models in the ARPA text format, which KenLM and SRILM use.
//
// Tokens are spelled literally. If a token contains white space or control characters, is not valid
// UTF-8 or contains "\x", each such byte and each backslash is written as \xNN.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {

// Writes a model to the ARPA file `path`, atomically. Numbers read back as the same floats.
absl::Status ExportArpa(const NgramTable& table, const Vocabulary& vocabulary,
                        const std::string& path);

// Converts the ARPA file `arpa`, which may be compressed, to a baseline file at `path` with the
// vocabulary of a language-model data set. As in KenLM, a token that is not in the model is its
// <unk>, or has the log10 probability -100 if it has no <unk>. N-grams with tokens that are not in
// the vocabulary are dropped, because they cannot occur. DataLoss names the line that violates the
// format.
absl::Status ImportArpa(const Dataset& dataset, const std::string& arpa, const std::string& path);

// Returns the spelling of a vocabulary piece in ARPA files.
std::string ArpaSpelling(std::string_view piece);

}  // namespace elman
