// Unicode properties from the tables of utf8proc: grapheme clusters, categories, decompositions.
// They may differ between Unicode versions for rare and new characters, so a data set records the
// version.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// Longer clusters, which occur only in malicious text, are cut between code points.
inline constexpr size_t kMaxGraphemeBytes = 128;

// Bytes of the extended grapheme cluster at the begin of `text`, which must begin with a valid
// character. Examples: a letter with combining marks, an emoji with modifiers and joiners, a Hangul
// syllable of several jamo, a flag of two indicators, CR LF. Bytes that are not UTF-8 do not belong
// to a cluster.
size_t GraphemeSize(std::string_view text);

// The property White_Space.
bool IsUnicodeSpace(char32_t code);
// The categories Pc, Pd, Ps, Pe, Pi, Pf and Po. Symbols are not included.
bool IsUnicodePunctuation(char32_t code);
// The categories Cc, Cf and Co: control, format and private use.
bool IsUnicodeControl(char32_t code);
// The category Mn: accents and other marks without width.
bool IsNonspacingMark(char32_t code);

// Terminal columns of a character: 2 for wide characters, 0 for combining and invisible ones.
int ColumnsOf(char32_t code);

// Replaces `decomposed` with the canonical decomposition (NFD) of a code point, without reordering.
void Decompose(char32_t code, std::u32string* decomposed);

// The Unicode version of utf8proc, such as "15.0.0".
std::string UnicodeVersion();

}  // namespace elman
