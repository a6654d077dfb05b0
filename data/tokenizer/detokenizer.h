// From token ids back to text, from the table of pieces alone: programs that only show text do not
// need SentencePiece.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// The text of `ids`. BPE, UNIGRAM, CHARACTER and BYTE give back exactly what was tokenized (except
// what had become <unk>); SENTENCEPIECE gives back what its model's normalization left of it;
// WHITESPACE joins with spaces; WORD and WORDPIECE join with spaces but set punctuation against its
// word.
// </s> becomes a line feed; <s> and <pad> become nothing; <unk> becomes the next of `unknown_words`
// or, where there is none left, "<unk>".
std::string Detokenize(TokenizerSpec::Kind kind, const Vocabulary& vocabulary,
                       std::span<const uint32_t> ids,
                       std::span<const std::string> unknown_words = {});

// The same a token at a time, for texts that are still growing: what was appended stays. A copy
// goes on from where the original was.
class Detokenizer {
 public:
  // The vocabulary must outlive it.
  Detokenizer(TokenizerSpec::Kind kind, const Vocabulary* vocabulary)
      : kind_(kind), vocabulary_(vocabulary) {}

  // Appends to `text`, which it has written so far, what the next token adds.
  void Append(uint32_t id, std::string* text);
  // The same for a piece that need not be in the vocabulary.
  void AppendPiece(const std::string& piece, std::string* text);

 private:
  void AppendWord(const std::string& word, std::string* text);

  TokenizerSpec::Kind kind_;
  const Vocabulary* vocabulary_;
  bool line_begins_ = true;
  // Of the word before, where there are words: whether a space may follow, and what it is.
  bool space_after_ = true;
  bool ideograph_ = false;
};

}  // namespace elman
