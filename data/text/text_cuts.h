// Where a text is cut into chunks: a function of the text alone, found from the text near the cut,
// so that any part of a file can be read without what is before it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace elman {

// A chunk has the lines (or sentences) that begin in its part of the text: part k is the bytes from
// k to k + 1 times this.
inline constexpr size_t kChunkBytes = size_t{1} << 20;
// A cut is found with at most so many bytes behind the begin of its part.
inline constexpr size_t kMaxCutBytes = 2 * kChunkBytes;

struct TextCut {
  size_t at = 0;
  bool amid_line = false;
};

// The cut between the part that begins at begin + 1 and the one before, `begin` an index in `text`.
// Nothing if it depends on what follows `text`; not `more`: nothing follows.
//
// Between lines: behind the first line feed at or after `begin`. Where a line goes on for all of
// the part: before the first space in it, or, without one, between its first two characters.
std::optional<TextCut> CutBetweenLines(std::string_view text, size_t begin, bool more);

// Between sentences: behind the first line of white space only that begins in the part. Where there
// is none in kMaxCutBytes, at their end: no sentence may have so many.
std::optional<TextCut> CutBetweenSentences(std::string_view text, size_t begin, bool more);

}  // namespace elman
