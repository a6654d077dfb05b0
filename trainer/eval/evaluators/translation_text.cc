#include "trainer/eval/evaluators/translation_text.h"

#include <algorithm>

#include "data/tokenizer/detokenizer.h"

namespace elman {

std::string TranslationLine(TokenizerSpec::Kind kind, const Vocabulary& target,
                            std::span<const uint32_t> tokens,
                            std::span<const std::string> unknown_words) {
  std::string line = Detokenize(kind, target, tokens, unknown_words);
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\r', ' ');
  return line;
}

}  // namespace elman
