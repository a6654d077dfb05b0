// Strict UTF-8 decoding and encoding: overlong forms, surrogates and code points above U+10FFFF are
// invalid.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

// U+FFFD, which replaces invalid bytes.
inline constexpr char32_t kReplacementCharacter = 0xfffd;

// The result of DecodeUtf8.
struct DecodedCharacter {
  char32_t code = 0;
  int size = 0;       // bytes, at least 1
  bool valid = true;  // false: `code` is kReplacementCharacter and `size` is the longest valid
                      // prefix of a character
};

// Decodes the first character of `bytes`, which must not be empty.
DecodedCharacter DecodeUtf8(std::string_view bytes);

bool IsValidUtf8(std::string_view bytes);

// Whether a byte is a continuation byte of a character.
inline bool ContinuesCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// Appends the UTF-8 form of a code point, which must not be a surrogate or above U+10FFFF.
void AppendUtf8(char32_t code, std::string* text);

// `bytes` with U+FFFD instead of invalid sequences. Each longest valid prefix of a character
// becomes one U+FFFD, as the Unicode standard recommends.
std::string ReplaceInvalidUtf8(std::string_view bytes);

// `bytes` for a terminal: bytes that are not UTF-8 and control characters other than tabs become
// \xHH. For messages that quote input.
std::string EscapeUnprintable(std::string_view bytes);

}  // namespace elman
