// BERT's basic tokenization (Devlin et al., 2019), which comes before WordPiece.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// The words of a line, separated by single spaces. Control characters, U+0000 and U+FFFD are
// dropped, and so are bytes that are not UTF-8; white space of Unicode separates; every ideograph
// and every punctuation mark (ASCII symbols too) is a word of its own. `lowercase`, as uncased
// models want it, also strips accents.
std::string BertWords(std::string_view line, bool lowercase);

}  // namespace elman
