#include "data/text/characters.h"
#include "data/text/utf8.h"
#include "data/tokenizer/splitter.h"

namespace elman {
namespace {

bool IsApostrophe(char32_t code) { return code == '\'' || code == 0x2019; }

bool IsWordCharacter(CharacterClass kind) {
  return kind == CharacterClass::kLetter || kind == CharacterClass::kDigit;
}

// Whether the mark `code` holds together what stands before and after it.
bool Joins(CharacterClass before, char32_t code, CharacterClass after) {
  if (IsApostrophe(code)) {
    return before == CharacterClass::kLetter && after == CharacterClass::kLetter;
  }
  return (code == '.' || code == ',') && before == CharacterClass::kDigit &&
         after == CharacterClass::kDigit;
}

}  // namespace

void SplitWords(std::string_view line, std::vector<std::string_view>* pieces) {
  size_t begin = 0;     // of the open word
  bool inside = false;  // a word is open
  CharacterClass before = CharacterClass::kSpace;
  for (size_t at = 0; at < line.size();) {
    const DecodedCharacter character = DecodeUtf8(line.substr(at));
    const size_t next = at + static_cast<size_t>(character.size);
    // Bytes that are not UTF-8 are taken as letters: they pass through inside their word.
    const CharacterClass kind = character.valid ? ClassOf(character.code) : CharacterClass::kLetter;
    if (IsWordCharacter(kind)) {
      if (!inside) begin = at;
      inside = true;
    } else {
      CharacterClass after = CharacterClass::kSpace;
      if (inside && next < line.size()) {
        const DecodedCharacter following = DecodeUtf8(line.substr(next));
        after = following.valid ? ClassOf(following.code) : CharacterClass::kLetter;
      }
      if (!inside || !Joins(before, character.code, after)) {
        if (inside) pieces->push_back(line.substr(begin, at - begin));
        inside = false;
        if (kind != CharacterClass::kSpace) pieces->push_back(line.substr(at, next - at));
      }
    }
    before = kind;
    at = next;
  }
  if (inside) pieces->push_back(line.substr(begin));
}

}  // namespace elman
