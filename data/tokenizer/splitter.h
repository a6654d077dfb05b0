// Cuts a line into pieces: what the vocabularies of WORD, WHITESPACE and CHARACTER are made of, and
// what their tokenizers look up.
#pragma once

#include <string_view>
#include <vector>

#include "proto/dataset.pb.h"

namespace elman {

// Appends the pieces of `line`, which are parts of it or constants, to `pieces`.
using Splitter = void (*)(std::string_view line, std::vector<std::string_view>* pieces);

// Words and punctuation marks. A word is a run of letters and digits, with an apostrophe between
// letters ("don't") and a point or comma between digits ("3.14", "1,000") inside it; an ideograph
// is a word of its own; every other mark too.
void SplitWords(std::string_view line, std::vector<std::string_view>* pieces);

// What ASCII whitespace separates; a no-break space separates nothing. A literal <s>, </s> or
// <pad>, which would be taken for the piece of that name, becomes <unk>.
void SplitAtWhitespace(std::string_view line, std::vector<std::string_view>* pieces);

// Characters as readers see them: extended grapheme clusters. What is not UTF-8 becomes U+FFFD.
void SplitCharacters(std::string_view line, std::vector<std::string_view>* pieces);

// The splitter of a kind of tokenizer; null where the kind has none.
Splitter SplitterOf(TokenizerSpec::Kind kind);

}  // namespace elman
