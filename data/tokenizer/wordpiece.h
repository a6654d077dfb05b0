// WordPiece with the vocabulary of a BERT model: words are covered by the longest pieces that fit,
// from the left.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {

// Before a piece that continues a word.
inline constexpr std::string_view kContinuationMark = "##";

// The vocabulary of a BERT vocab.txt, one piece a line: <unk>, which stands for [UNK], </s>, then
// the pieces in the order of the file. What no text can become is left out: [CLS], [SEP], [PAD],
// [MASK], [unused1] and the like, and pieces of white space. `path` is for messages.
absl::StatusOr<Vocabulary> ParseBertVocabulary(std::string_view text, const std::string& path);

// `vocabulary` must outlive it. `lowercase`: of an uncased model.
std::unique_ptr<Tokenizer> CreateWordPieceTokenizer(const Vocabulary& vocabulary, bool lowercase);

}  // namespace elman
