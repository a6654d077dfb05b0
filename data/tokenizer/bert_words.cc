#include "data/tokenizer/bert_words.h"

#include "data/format/characters.h"
#include "data/format/unicode.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

// CJK Unified Ideographs, their extensions A to E, and the two blocks of compatibility ideographs.
// Kana and Hangul are not separated here.
bool IsBertIdeograph(char32_t code) {
  return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf) ||
         (code >= 0x20000 && code <= 0x2a6df) || (code >= 0x2a700 && code <= 0x2b73f) ||
         (code >= 0x2b740 && code <= 0x2b81f) || (code >= 0x2b820 && code <= 0x2ceaf) ||
         (code >= 0xf900 && code <= 0xfaff) || (code >= 0x2f800 && code <= 0x2fa1f);
}

bool IsAsciiPunctuation(char32_t code) {
  return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') ||
         (code >= '[' && code <= '`') || (code >= '{' && code <= '~');
}

class Words {
 public:
  void Append(char32_t code) {
    if (code < 0x80 ? IsAsciiPunctuation(code) : IsUnicodePunctuation(code)) {
      AppendAlone(code);
    } else if (IsUnicodeSpace(code)) {
      End();
    } else {
      AppendUtf8(code, &text_);
    }
  }
  void AppendAlone(char32_t code) {
    End();
    AppendUtf8(code, &text_);
    End();
  }
  void End() {
    if (!text_.empty() && text_.back() != ' ') text_ += ' ';
  }
  std::string Take() {
    if (!text_.empty() && text_.back() == ' ') text_.pop_back();
    return std::move(text_);
  }

 private:
  std::string text_;
};

}  // namespace

std::string BertWords(std::string_view line, bool lowercase) {
  Words words;
  std::u32string decomposed;
  while (!line.empty()) {
    const DecodedCharacter character = DecodeUtf8(line);
    const char32_t code = character.code;
    line.remove_prefix(static_cast<size_t>(character.size));
    if (code == '\t' || code == '\n' || code == '\r') {
      words.End();
    } else if (code == 0 || code == kReplacementCharacter ||
               (code < 0x80 ? code < 0x20 || code == 0x7f : IsUnicodeControl(code))) {
      continue;
    } else if (code < 0x80) {
      words.Append(lowercase ? LowerCase(code) : code);
    } else {
      const bool ideograph = IsBertIdeograph(code);
      if (ideograph) words.End();
      if (lowercase) {
        Decompose(code, &decomposed);
        for (const char32_t part : decomposed) {
          if (!IsNonspacingMark(part)) words.Append(LowerCase(part));
        }
      } else {
        words.Append(code);
      }
      if (ideograph) words.End();
    }
  }
  return words.Take();
}

}  // namespace elman
