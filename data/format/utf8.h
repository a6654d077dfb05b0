// UTF-8, decoded strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

inline constexpr char32_t kReplacementCharacter = 0xfffd;

struct DecodedCharacter {
  char32_t code = 0;
  int size = 0;       // bytes it takes, at least 1
  bool valid = true;  // if not: code is kReplacementCharacter and size the longest start of a
                      // character found
};

// The first character of `bytes`, which must not be empty.
DecodedCharacter DecodeUtf8(std::string_view bytes);

bool IsValidUtf8(std::string_view bytes);

// Whether a byte is one of a character after its first.
inline bool ContinuesCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// Appends the UTF-8 form of a code point that is no surrogate and at most U+10FFFF.
void AppendUtf8(char32_t code, std::string* text);

// `bytes` with U+FFFD in place of what is not UTF-8, as the Unicode standard recommends (one for
// every longest start of a character).
std::string ReplaceInvalidUtf8(std::string_view bytes);

// `bytes` as a terminal can show them: what is not UTF-8, and control characters other than tabs,
// as \xHH. For messages that quote what they complain of.
std::string EscapeUnprintable(std::string_view bytes);

}  // namespace elman
