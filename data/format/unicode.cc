#include "data/format/unicode.h"

#include <utf8proc.h>

#include <algorithm>

#include "data/format/utf8.h"

namespace elman {
namespace {

bool IsAscii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

utf8proc_int32_t Code(char32_t code) { return static_cast<utf8proc_int32_t>(code); }

}  // namespace

size_t GraphemeSize(std::string_view text) {
  if (IsAscii(text[0]) && text[0] != '\r' && (text.size() == 1 || IsAscii(text[1]))) return 1;
  DecodedCharacter before = DecodeUtf8(text);
  size_t size = static_cast<size_t>(before.size);
  utf8proc_int32_t state = 0;
  while (size < text.size()) {
    const DecodedCharacter next = DecodeUtf8(text.substr(size));
    const size_t grown = size + static_cast<size_t>(next.size);
    if (!next.valid || grown > kMaxGraphemeBytes ||
        utf8proc_grapheme_break_stateful(Code(before.code), Code(next.code), &state)) {
      break;
    }
    before = next;
    size = grown;
  }
  return size;
}

bool IsUnicodeSpace(char32_t code) {
  if (code < 0x80) return code == ' ' || (code >= '\t' && code <= '\r');
  if (code == 0x85) return true;
  const utf8proc_category_t category = utf8proc_category(Code(code));
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

bool IsUnicodePunctuation(char32_t code) {
  const utf8proc_category_t category = utf8proc_category(Code(code));
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool IsUnicodeControl(char32_t code) {
  const utf8proc_category_t category = utf8proc_category(Code(code));
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_CO;
}

bool IsNonspacingMark(char32_t code) {
  return utf8proc_category(Code(code)) == UTF8PROC_CATEGORY_MN;
}

int ColumnsOf(char32_t code) { return utf8proc_charwidth(Code(code)); }

void Decompose(char32_t code, std::u32string* decomposed) {
  constexpr utf8proc_ssize_t kMax = 8;  // the longest decomposition has 4 code points, of Hangul 3
  utf8proc_int32_t codes[kMax];
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(Code(code), codes, kMax, UTF8PROC_DECOMPOSE, &boundary);
  if (count < 1 || count > kMax) {
    decomposed->assign(1, code);
  } else {
    decomposed->assign(codes, codes + count);
  }
}

std::string UnicodeVersion() { return utf8proc_unicode_version(); }

}  // namespace elman
