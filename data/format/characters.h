// What kind of character a code point is, and its lower case. The tables are our own, so that the
// same text gives the same tokens on every machine, whatever its C library and locale.
#pragma once

#include <array>
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

// The classes of ASCII, which is most of most texts.
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

CharacterClass ClassBeyondAscii(char32_t code);

inline CharacterClass ClassOf(char32_t code) {
  return code < 0x80 ? kAsciiClasses[code] : ClassBeyondAscii(code);
}

// Space, tab, line feed, vertical tab, form feed and carriage return: what delimits words in counts
// and in pre-tokenized text.
inline bool IsAsciiSpace(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// Without the ASCII whitespace around it.
inline std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Words delimited by ASCII whitespace.
uint64_t CountWords(std::string_view text);

// Simple lower case: one code point for one, in no particular language.
char32_t LowerCase(char32_t code);

// The first code point whose lower case is `code` and which is not `code` itself; `code` where
// there is none.
char32_t RaisedCase(char32_t code);

// The text in lower case; bytes that are not UTF-8 stay as they are.
std::string LowerCase(std::string_view text);

}  // namespace elman
