// What kind of character a code point is, and its lower case. The tables are our own, so that the
// same text gives the same tokens on every machine, whatever its C library and locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

enum class CharacterClass {
  kLetter,       // and marks, numbers beyond ASCII, joiners, code points without a better class
  kDigit,        // 0 to 9
  kIdeograph,    // of Chinese, Japanese and Korean
  kPunctuation,  // and symbols
  kSpace,        // of Unicode: the no-break space too
};

CharacterClass ClassOf(char32_t code);

// Space, tab, line feed, vertical tab, form feed and carriage return: what delimits words in counts
// and in pre-tokenized text.
inline bool IsAsciiSpace(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// Words delimited by ASCII whitespace.
uint64_t CountWords(std::string_view text);

// Simple lower case: one code point for one, in no particular language.
char32_t LowerCase(char32_t code);

// The text in lower case; bytes that are not UTF-8 stay as they are.
std::string LowerCase(std::string_view text);

}  // namespace elman
