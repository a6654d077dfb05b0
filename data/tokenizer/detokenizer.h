// Converts token ids to text. It needs only the vocabulary, so programs that only print text do not
// depend on SentencePiece.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// The text of `ids`. BPE, UNIGRAM, CHARACTER and BYTE restore the tokenized text exactly (except
// <unk>). SENTENCEPIECE restores it after the normalization of its model. WHITESPACE joins words
// with spaces. WORD and WORDPIECE join words with spaces but attach punctuation to its word. </s>
// becomes a line feed; <s> and <pad> become nothing; <unk> becomes the next of `unknown_words` or,
// if there is none left, "<unk>".
std::string Detokenize(TokenizerSpec::Kind kind, const Vocabulary& vocabulary,
                       std::span<const uint32_t> ids,
                       std::span<const std::string> unknown_words = {});

// Detokenizes one token at a time. Text that was appended does not change later. A copy continues
// from the state of the original.
class Detokenizer {
 public:
  // The vocabulary must outlive the detokenizer.
  Detokenizer(TokenizerSpec::Kind kind, const Vocabulary* vocabulary)
      : kind_(kind), vocabulary_(vocabulary) {}

  // Appends the text of the next token. `text` must be the text appended so far.
  void Append(uint32_t id, std::string* text);
  // As Append, for a piece that need not be in the vocabulary.
  void AppendPiece(const std::string& piece, std::string* text);
  // The space before the next token is already in the text: no other one is appended.
  void SkipSpace() { line_begins_ = true; }

 private:
  void AppendWord(const std::string& word, std::string* text);

  TokenizerSpec::Kind kind_;
  const Vocabulary* vocabulary_;
  bool line_begins_ = true;
  // State of the previous word, for kinds with words: whether a space may follow, and whether it is
  // an ideograph.
  bool space_after_ = true;
  bool ideograph_ = false;
};

}  // namespace elman
