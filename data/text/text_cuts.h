// Where a text is cut into chunks. A cut depends only on the text near it, so any part of a file
// can be read without the parts before it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace elman {

// Size of a part. Part k is the bytes [k, k + 1) * kChunkBytes of the text; a chunk has the lines
// or sentences that begin in its part.
inline constexpr size_t kChunkBytes = size_t{1} << 20;
// A cut depends on at most this number of bytes from the begin of its part.
inline constexpr size_t kMaxCutBytes = 2 * kChunkBytes;

// A place where a text is cut.
struct TextCut {
  size_t at = 0;
  bool amid_line = false;
};

// The cut between the part that begins at begin + 1 and the previous part; `begin` is an index in
// `text`. Returns nothing if the cut depends on text after `text`. `more` false: there is no such
// text.
//
// Lines are cut after the first line feed at or after `begin`. A line that extends over the whole
// part is cut before its first space in the part or, if there is none, between the first two
// characters.
std::optional<TextCut> CutBetweenLines(std::string_view text, size_t begin, bool more);

// As above, after the first line with only white space that begins in the part. If there is none
// within kMaxCutBytes, the cut is at their end; no sentence may be so long.
std::optional<TextCut> CutBetweenSentences(std::string_view text, size_t begin, bool more);

}  // namespace elman
