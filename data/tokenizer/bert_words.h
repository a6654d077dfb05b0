// BERT's basic tokenization (Devlin et al., 2019), the step before WordPiece.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// The words of a line, separated by single spaces. Control characters, U+0000, U+FFFD and bytes
// that are not UTF-8 are removed. Unicode white space separates words; every ideograph and every
// punctuation mark (also ASCII symbols) is a separate word. `lowercase`, for uncased models, also
// removes accents.
std::string BertWords(std::string_view line, bool lowercase);

}  // namespace elman
