// Character classes and lower case of code points. The tables are part of Elman, so that a text
// gives the same tokens on every machine, independent of its C library and locale.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

// Class of a character, for tokenizers.
enum class CharacterClass {
  kLetter,       // also marks, numbers beyond ASCII, joiners and everything unclassified
  kDigit,        // 0 to 9
  kIdeograph,    // Chinese, Japanese and Korean
  kPunctuation,  // also symbols
  kSpace,        // Unicode white space, including the no-break space
};

// The classes of ASCII, as a table because most characters are ASCII.
inline constexpr std::array<CharacterClass, 0x80> kAsciiClasses = [] {
  std::array<CharacterClass, 0x80> classes = {};
  for (int c = 0; c < 0x80; ++c) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool control = c < ' ' || c == 0x7f;
    classes[c] = c == ' ' || (c >= '\t' && c <= '\r') ? CharacterClass::kSpace
                 : c >= '0' && c <= '9'               ? CharacterClass::kDigit
                 : letter || control                  ? CharacterClass::kLetter
                                                      : CharacterClass::kPunctuation;
  }
  return classes;
}();

// The class of a code point that is not ASCII.
CharacterClass ClassBeyondAscii(char32_t code);

// The class of any code point.
inline CharacterClass ClassOf(char32_t code) {
  return code < 0x80 ? kAsciiClasses[code] : ClassBeyondAscii(code);
}

// Space, tab, line feed, vertical tab, form feed and carriage return. They separate words in word
// counts and in pre-tokenized text.
inline bool IsAsciiSpace(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// The text without ASCII white space at its ends.
inline std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Number of words, separated by ASCII white space.
uint64_t CountWords(std::string_view text);

// Simple lower case: maps one code point to one, independent of language.
char32_t LowerCase(char32_t code);

// The first code point, other than `code`, whose lower case is `code`; `code` itself if there is
// none.
char32_t RaisedCase(char32_t code);

// The text in lower case. Bytes that are not UTF-8 are unchanged.
std::string LowerCase(std::string_view text);

}  // namespace elman
