// WordPiece with the vocabulary of a BERT model: words are divided, from the left, into the longest
// pieces that fit.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {

// Prefix of pieces that continue a word.
inline constexpr std::string_view kContinuationMark = "##";

// Parses the vocab.txt of a BERT model, one piece per line: <unk>, which replaces [UNK], </s>, then
// the pieces in the order of the file. Entries that no text is encoded as are left out: [CLS],
// [SEP], [PAD], [MASK], [unused1] and the like, and white space. `path` is used in messages.
absl::StatusOr<Vocabulary> ParseBertVocabulary(std::string_view text, const std::string& path);

// `vocabulary` must outlive the tokenizer. `lowercase`: for an uncased model.
std::unique_ptr<Tokenizer> CreateWordPieceTokenizer(const Vocabulary& vocabulary, bool lowercase);

}  // namespace elman
