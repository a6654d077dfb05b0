#include "data/format/table_text.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/format/unicode.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

std::string Spaces(std::string_view text, size_t width) {
  const size_t taken = DisplayWidth(text);
  return std::string(width > taken ? width - taken : 0, ' ');
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const DecodedCharacter character = DecodeUtf8(text);
    text.remove_prefix(character.size);
    width += character.valid ? ColumnsOf(character.code) : 1;
  }
  return width;
}

std::string LeftAligned(std::string_view text, size_t width) {
  return std::string(text) + Spaces(text, width);
}

std::string RightAligned(std::string_view text, size_t width) {
  return Spaces(text, width) + std::string(text);
}

std::string Shortened(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  constexpr std::string_view kMore = "...";
  size_t used = std::min(width, kMore.size()), kept = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t size = DecodeUtf8(rest).size;
    used += DisplayWidth(rest.substr(0, size));
    if (used > width) break;
    rest.remove_prefix(size);
    kept += size;
  }
  return std::string(text.substr(0, kept)) + std::string(kMore.substr(0, width));
}

std::string WrappedText(std::string_view text, size_t width) {
  constexpr std::string_view kIndent = "    ";
  std::string wrapped;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    std::string_view indent;
    while (DisplayWidth(line) + indent.size() > width) {
      // The last space up to the width that has a word before it; a long word stays whole.
      const size_t first_word = line.find_first_not_of(' ');
      size_t place = std::string_view::npos;
      for (size_t space = line.find(' ', std::min(first_word, line.size())); space != line.npos;
           space = line.find(' ', space + 1)) {
        const bool fits = DisplayWidth(line.substr(0, space)) + indent.size() <= width;
        if (!fits && place != line.npos) break;
        place = space;
        if (!fits) break;
      }
      if (place == line.npos) break;
      const std::string_view part = line.substr(0, place);
      wrapped.append(indent).append(part.substr(0, part.find_last_not_of(' ') + 1)).append("\n");
      line.remove_prefix(std::min(line.find_first_not_of(' ', place), line.size()));
      indent = kIndent;
    }
    wrapped.append(indent).append(line);
    if (end < text.size()) wrapped += '\n';
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return wrapped;
}

std::vector<std::string> CountLines(std::vector<NamedCount> counts, std::string_view things) {
  constexpr size_t kMaxLines = 20;
  constexpr size_t kMostNameWidth = 50;
  std::ranges::sort(counts, [](const NamedCount& a, const NamedCount& b) {
    return a.count != b.count ? a.count > b.count : a.name < b.name;
  });
  uint64_t all = 0;
  for (NamedCount& each : counts) {
    all += each.count;
    // Names must not move the cursor.
    each.name = Shortened(absl::Utf8SafeCHexEscape(each.name), kMostNameWidth);
  }
  if (counts.size() > kMaxLines + 1) {
    const size_t more = counts.size() - kMaxLines;
    NamedCount rest{absl::StrCat(GroupedText(more), " more ", std::string(things)), 0};
    for (size_t i = kMaxLines; i < counts.size(); ++i) rest.count += counts[i].count;
    counts.resize(kMaxLines);
    counts.push_back(std::move(rest));
  }
  size_t widest_name = 0, widest_count = 0;
  for (const NamedCount& each : counts) {
    widest_name = std::max(widest_name, DisplayWidth(each.name));
    widest_count = std::max(widest_count, GroupedText(each.count).size());
  }
  std::vector<std::string> lines;
  for (const NamedCount& each : counts) {
    const double share = all == 0 ? 0.0 : 100.0 * static_cast<double>(each.count) / all;
    lines.push_back(absl::StrCat(LeftAligned(each.name, widest_name), "  ",
                                 RightAligned(GroupedText(each.count), widest_count),
                                 absl::StrFormat("  %5.1f %%", share)));
  }
  return lines;
}

}  // namespace elman
