// What a code of the raw text has to say besides the tokens: spaces between words that the
// tokenizer does not keep, capitals that it lowers, characters that it normalizes.
//
// The tokens of a line are detokenized into the restored line (Detokenize, with the unknown words
// spelled out). A decoder that has it gets the raw line by operations on its characters, from left
// to right: before each character, any number of bytes may be inserted; then the character is
// copied, raised to its capital (RaisedCase) or deleted. At the end of the line, bytes may be
// inserted before the end is copied. An operation is coded in the context of the characters of the
// restored line before and after its place, which the decoder knows. launch/guides/formats.md
// has the code length that follows from the counts.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "data/shards/manifest.h"

namespace elman {

struct LineRestoration {
  enum Operation { kCopy, kRaise, kDelete, kInsertSpace, kInsertByte };
  // Of the characters on the two sides of a place: context = 4 before + after.
  enum Side { kNoCharacter, kSpaceCharacter, kPunctuationCharacter, kOtherCharacter };

  uint64_t exact_lines = 0;   // restored lines that are the raw ones, without any operation
  uint64_t edited_lines = 0;  // all others
  std::array<uint64_t, kRestorationCounts> operations{};  // of edited lines

  // Counts the operations that make the raw line of the restored one.
  void Add(std::string_view raw, std::string_view restored);

  LineRestoration& operator+=(const LineRestoration& other);
};

}  // namespace elman
