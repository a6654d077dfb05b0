// What Unicode says of characters, from the tables of utf8proc: whole characters as readers see
// them, categories, decompositions. Another version of Unicode may say other things of rare and new
// characters, so a data set records it.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// A longer cluster (only text made to break programs has one) is cut between code points.
inline constexpr size_t kMaxGraphemeBytes = 128;

// Bytes of the extended grapheme cluster that `text`, which begins with a valid character, begins
// with: a letter with its combining marks, an emoji with its modifiers and what joiners join to it,
// the jamo of a Hangul syllable, the two indicators of a flag, CR LF. Bytes that are not UTF-8
// belong to no cluster.
size_t GraphemeSize(std::string_view text);

// White_Space of Unicode.
bool IsUnicodeSpace(char32_t code);
// Categories Pc, Pd, Ps, Pe, Pi, Pf and Po; symbols are none.
bool IsUnicodePunctuation(char32_t code);
// Cc, Cf and Co: controls, formats and private use.
bool IsUnicodeControl(char32_t code);
// Mn: accents and other marks that take no room of their own.
bool IsNonspacingMark(char32_t code);

// Columns that a character takes on a terminal: two for wide ones, none for those that are not seen
// by themselves.
int ColumnsOf(char32_t code);

// Replaces `decomposed` by the canonical decomposition of a code point (NFD), without reordering.
void Decompose(char32_t code, std::u32string* decomposed);

// As "15.0.0".
std::string UnicodeVersion();

}  // namespace elman
