// The interface of tokenizers, which convert a line of text to token ids.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// Whether SentencePiece learns the pieces from train: BPE and UNIGRAM.
inline bool IsSubword(TokenizerSpec::Kind kind) {
  return kind == TokenizerSpec::BPE || kind == TokenizerSpec::UNIGRAM;
}

// Whether the pieces are imported from a file of another program: WORDPIECE and SENTENCEPIECE.
inline bool IsImported(TokenizerSpec::Kind kind) {
  return kind == TokenizerSpec::WORDPIECE || kind == TokenizerSpec::SENTENCEPIECE;
}

// Whether the vocabulary is counted in train.
inline bool IsCounted(TokenizerSpec::Kind kind) {
  return kind == TokenizerSpec::WORD || kind == TokenizerSpec::WHITESPACE ||
         kind == TokenizerSpec::CHARACTER || kind == TokenizerSpec::LABEL;
}

using UnknownVisitor = std::function<void(std::string_view part)>;

// Converts text to ids. Safe for concurrent use.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Appends the ids of one line (without its line feed) to `ids`, without </s>.
  virtual void Encode(std::string_view line, std::vector<uint32_t>* ids) const = 0;

  // Calls `visit` for each word or character of the line that becomes <unk>, in the form that the
  // tokenizer looks up (for example, in lower case).
  virtual void VisitUnknown(std::string_view line, const UnknownVisitor& visit) const = 0;

  // Whether Encode adds a space before the line.
  virtual bool puts_space_before() const { return false; }
};

// Appends the pieces of a single word, at least one. A word from which the tokenizer removes all
// characters becomes <unk>.
void EncodeWord(const Tokenizer& tokenizer, const Vocabulary& vocabulary, std::string_view word,
                std::vector<uint32_t>* ids);

}  // namespace elman
