// Identifies a vocabulary and its tokenizer, so that data sets and models can be compared.
#pragma once

#include <string>
#include <string_view>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// The fingerprint of a tokenizer and its vocabulary, as in VocabularySpec.fingerprint.
std::string VocabularyFingerprint(const TokenizerSpec& tokenizer, std::string_view vocabulary_text,
                                  std::string_view tokenizer_model);

// The specification of a vocabulary with this fingerprint.
VocabularySpec SpecOf(const Vocabulary& vocabulary, const std::string& fingerprint);

}  // namespace elman
