// Counts the information of the raw text that tokens lose: spaces that the tokenizer does not keep,
// capitals that it lowers, characters that it normalizes.
//
// The tokens of a line are detokenized to the restored line (Detokenize, with the spelling of
// unknown words). A decoder gets the raw line from it by operations on characters, from left to
// right: before each character, any number of bytes may be inserted; then the character is copied,
// changed to its capital (RaisedCase) or deleted. At the end of the line, bytes may be inserted
// before the end is copied. The context of an operation is the pair of characters of the restored
// line before and after its place, which the decoder knows. launch/guides/formats.md has the code
// length that follows from the counts.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "data/shards/manifest.h"

namespace elman {

// Counts of restored lines and of operations.
struct LineRestoration {
  enum Operation { kCopy, kRaise, kDelete, kInsertSpace, kInsertByte };
  // Classes of the characters before and after a place: context = 4 * before + after.
  enum Side { kNoCharacter, kSpaceCharacter, kPunctuationCharacter, kOtherCharacter };

  // Restored lines that equal the raw lines, so that they need no operation.
  uint64_t exact_lines = 0;
  uint64_t edited_lines = 0;                              // all other lines
  std::array<uint64_t, kRestorationCounts> operations{};  // of edited lines

  // Counts the operations that change the restored line into the raw line.
  void Add(std::string_view raw, std::string_view restored);

  LineRestoration& operator+=(const LineRestoration& other);
};

}  // namespace elman
