// From a line of text to token ids.
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

// Whether the pieces are those of a file that others made: WORDPIECE and SENTENCEPIECE.
inline bool IsForeign(TokenizerSpec::Kind kind) {
  return kind == TokenizerSpec::WORDPIECE || kind == TokenizerSpec::SENTENCEPIECE;
}

// Whether a vocabulary is made of what train is counted to have.
inline bool IsCounted(TokenizerSpec::Kind kind) {
  return kind == TokenizerSpec::WORD || kind == TokenizerSpec::WHITESPACE ||
         kind == TokenizerSpec::CHARACTER || kind == TokenizerSpec::LABEL;
}

using UnknownVisitor = std::function<void(std::string_view part)>;

// Safe for any number of threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Appends the ids of one line (without its line feed) to `ids`; no </s>.
  virtual void Encode(std::string_view line, std::vector<uint32_t>* ids) const = 0;

  // Calls `visit` for each word or character of the line that becomes <unk>, as the tokenizer sees
  // it (in lower case, for one).
  virtual void VisitUnknown(std::string_view line, const UnknownVisitor& visit) const = 0;

  // Whether Encode puts a space before the line, as if other words stood there.
  virtual bool puts_space_before() const { return false; }
};

// Appends the pieces of a word that stands by itself, at least one: a word of nothing that the
// tokenizer sees is <unk>.
void EncodeWord(const Tokenizer& tokenizer, const Vocabulary& vocabulary, std::string_view word,
                std::vector<uint32_t>* ids);

}  // namespace elman
