// From token ids back to text, from the table of pieces alone: programs that only show text do not
// need SentencePiece.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// The text of `ids`. BPE, UNIGRAM, CHARACTER and BYTE give back exactly what was tokenized (except
// what had become <unk>); WHITESPACE joins with spaces; WORD joins with spaces but sets punctuation
// against its word.
// </s> becomes a line feed; <s> and <pad> become nothing.
std::string Detokenize(TokenizerSpec::Kind kind, const Vocabulary& vocabulary,
                       std::span<const uint32_t> ids);

}  // namespace elman
