#include "data/text/text_cuts.h"

#include <algorithm>
#include <cstring>

#include "data/format/characters.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

// Where to cut a line that extends over all of `part`.
size_t CutAmidLine(std::string_view part) {
  if (const size_t space = part.find(' '); space != std::string_view::npos) return space;
  // A character has at most four bytes; longer sequences are not UTF-8 and may be cut anywhere.
  for (size_t cut = 0; cut < 4; ++cut) {
    if (!ContinuesCharacter(part[cut])) return cut;
  }
  return 0;
}

}  // namespace

std::optional<TextCut> CutBetweenLines(std::string_view text, size_t begin, bool more) {
  const std::string_view part = text.substr(begin, 1 + kChunkBytes);
  const size_t line_feed = part.find('\n');
  if (line_feed != std::string_view::npos) return TextCut{begin + line_feed + 1, false};
  if (part.size() == 1 + kChunkBytes) {
    return TextCut{begin + 1 + CutAmidLine(part.substr(1)), true};
  }
  if (more) return std::nullopt;
  return TextCut{text.size(), false};
}

std::optional<TextCut> CutBetweenSentences(std::string_view text, size_t begin, bool more) {
  text = text.substr(0, begin + 1 + kMaxCutBytes);
  for (size_t feed = text.find('\n', begin); feed != std::string_view::npos;) {
    const size_t next = text.find('\n', feed + 1);
    if (next == std::string_view::npos) break;
    if (CountWords(text.substr(feed, next - feed)) == 0) return TextCut{next + 1, false};
    feed = next;
  }
  if (more && text.size() < begin + 1 + kMaxCutBytes) return std::nullopt;
  return TextCut{text.size(), false};
}

}  // namespace elman
