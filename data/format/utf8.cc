#include "data/format/utf8.h"

#include <cstring>

namespace elman {
namespace {

// Length of the ASCII prefix.
size_t AsciiPrefix(std::string_view bytes) {
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + i, sizeof(word));
    if ((word & 0x8080808080808080u) != 0) break;
  }
  while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) ++i;
  return i;
}

}  // namespace

DecodedCharacter DecodeUtf8(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};

  // Number of continuation bytes and range of the first of them, from the table of well-formed byte
  // sequences of the Unicode standard.
  int following = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  char32_t code = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    following = 1;
    code = first & 0x1f;
  } else if (first >= 0xe0 && first <= 0xef) {
    following = 2;
    code = first & 0x0f;
    if (first == 0xe0) low = 0xa0;   // overlong
    if (first == 0xed) high = 0x9f;  // surrogates
  } else if (first >= 0xf0 && first <= 0xf4) {
    following = 3;
    code = first & 0x07;
    if (first == 0xf0) low = 0x90;   // overlong
    if (first == 0xf4) high = 0x8f;  // above U+10FFFF
  } else {
    return {kReplacementCharacter, 1, false};
  }
  for (int i = 1; i <= following; ++i) {
    if (static_cast<size_t>(i) >= bytes.size() || byte(i) < low || byte(i) > high) {
      return {kReplacementCharacter, i, false};
    }
    code = (code << 6) | (byte(i) & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  return {code, following + 1, true};
}

bool IsValidUtf8(std::string_view bytes) {
  for (;;) {
    bytes.remove_prefix(AsciiPrefix(bytes));
    if (bytes.empty()) return true;
    const DecodedCharacter character = DecodeUtf8(bytes);
    if (!character.valid) return false;
    bytes.remove_prefix(static_cast<size_t>(character.size));
  }
}

void AppendUtf8(char32_t code, std::string* text) {
  if (code < 0x80) {
    *text += static_cast<char>(code);
  } else if (code < 0x800) {
    *text += static_cast<char>(0xc0 | (code >> 6));
    *text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *text += static_cast<char>(0xe0 | (code >> 12));
    *text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    *text += static_cast<char>(0xf0 | (code >> 18));
    *text += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    *text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

std::string ReplaceInvalidUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t ascii = AsciiPrefix(bytes);
    text.append(bytes.substr(0, ascii));
    bytes.remove_prefix(ascii);
    if (bytes.empty()) break;
    const DecodedCharacter character = DecodeUtf8(bytes);
    if (character.valid) {
      text.append(bytes.substr(0, static_cast<size_t>(character.size)));
    } else {
      AppendUtf8(kReplacementCharacter, &text);
    }
    bytes.remove_prefix(static_cast<size_t>(character.size));
  }
  return text;
}

std::string EscapeUnprintable(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  while (!bytes.empty()) {
    const DecodedCharacter character = DecodeUtf8(bytes);
    const std::string_view taken = bytes.substr(0, static_cast<size_t>(character.size));
    const char32_t code = character.code;
    const bool control = (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0);
    if (character.valid && !control) {
      text.append(taken);
    } else {
      for (const char c : taken) {
        const auto byte = static_cast<unsigned char>(c);
        text.append({'\\', 'x', kDigits[byte >> 4], kDigits[byte & 0xf]});
      }
    }
    bytes.remove_prefix(taken.size());
  }
  return text;
}

}  // namespace elman
