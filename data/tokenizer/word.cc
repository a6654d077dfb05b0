#include "data/format/characters.h"
#include "data/format/utf8.h"
#include "data/tokenizer/splitter.h"

namespace elman {
namespace {

bool IsApostrophe(char32_t code) { return code == '\'' || code == 0x2019; }

bool IsWordCharacter(CharacterClass kind) {
  return kind == CharacterClass::kLetter || kind == CharacterClass::kDigit;
}

// Whether the mark `code` joins the characters before and after it.
bool Joins(CharacterClass before, char32_t code, CharacterClass after) {
  if (IsApostrophe(code)) {
    return before == CharacterClass::kLetter && after == CharacterClass::kLetter;
  }
  return (code == '.' || code == ',') && before == CharacterClass::kDigit &&
         after == CharacterClass::kDigit;
}

struct Character {
  char32_t code;
  size_t size;
  CharacterClass kind;
};

// Bytes that are not UTF-8 count as letters, so they are kept inside their word.
Character DecodeAt(std::string_view line, size_t at) {
  const DecodedCharacter character = DecodeUtf8(line.substr(at));
  return {character.code, static_cast<size_t>(character.size),
          character.valid ? ClassOf(character.code) : CharacterClass::kLetter};
}

inline Character CharacterAt(std::string_view line, size_t at) {
  const unsigned char byte = static_cast<unsigned char>(line[at]);
  return byte < 0x80 ? Character{byte, 1, kAsciiClasses[byte]} : DecodeAt(line, at);
}

// The end of the word that begins at `at` with `next`.
size_t EndOfWord(std::string_view line, size_t at, Character next) {
  for (;;) {
    CharacterClass before;
    do {
      before = next.kind;
      at += next.size;
      if (at == line.size()) return at;
      next = CharacterAt(line, at);
    } while (IsWordCharacter(next.kind));
    const size_t behind = at + next.size;
    if (next.kind != CharacterClass::kPunctuation || behind == line.size()) return at;
    const Character after = CharacterAt(line, behind);
    if (!Joins(before, next.code, after.kind)) return at;
    at = behind;
    next = after;
  }
}

}  // namespace

void SplitWords(std::string_view line, std::vector<std::string_view>* pieces) {
  for (size_t at = 0; at < line.size();) {
    const Character character = CharacterAt(line, at);
    size_t end = at + character.size;
    if (IsWordCharacter(character.kind)) end = EndOfWord(line, at, character);
    if (character.kind != CharacterClass::kSpace) pieces->push_back(line.substr(at, end - at));
    at = end;
  }
}

}  // namespace elman
