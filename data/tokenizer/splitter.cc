#include "data/tokenizer/splitter.h"

namespace elman {

Splitter SplitterOf(TokenizerSpec::Kind kind) {
  switch (kind) {
    case TokenizerSpec::WORD:
      return SplitWords;
    case TokenizerSpec::WHITESPACE:
      return SplitAtWhitespace;
    case TokenizerSpec::CHARACTER:
      return SplitCharacters;
    default:
      return nullptr;
  }
}

}  // namespace elman
