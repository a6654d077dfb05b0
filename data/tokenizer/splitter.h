// Splits a line into pieces for the tokenizers WORD, WHITESPACE and CHARACTER and their
// vocabularies.
#pragma once

#include <string_view>
#include <vector>

#include "proto/dataset.pb.h"

namespace elman {

// Appends the pieces of `line` to `pieces`. They are parts of `line` or constants.
using Splitter = void (*)(std::string_view line, std::vector<std::string_view>* pieces);

// Words and punctuation. A word is a run of letters and digits; it may contain an apostrophe
// between letters ("don't") and a point or comma between digits ("3.14", "1,000"). Every ideograph
// and every other mark is a separate piece.
void SplitWords(std::string_view line, std::vector<std::string_view>* pieces);

// Words separated by ASCII white space; a no-break space does not separate. A literal <s>, </s> or
// <pad>, which would be confused with the special piece, becomes <unk>.
void SplitAtWhitespace(std::string_view line, std::vector<std::string_view>* pieces);

// Characters as readers see them: extended grapheme clusters. Bytes that are not UTF-8 become
// U+FFFD.
void SplitCharacters(std::string_view line, std::vector<std::string_view>* pieces);

// The splitter of a tokenizer kind; null if the kind has none.
Splitter SplitterOf(TokenizerSpec::Kind kind);

}  // namespace elman
