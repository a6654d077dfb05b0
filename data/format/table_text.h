// Formats tables for people. Columns are aligned for every script.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Number of terminal columns of `text`: two for wide characters, such as Chinese ones and most
// emoji, and none for combining and invisible characters. Bytes that are not UTF-8 count as the
// replacement that is shown.
size_t DisplayWidth(std::string_view text);

// Pads `text` with spaces to `width` columns, after it or before it. Wider text is unchanged.
std::string LeftAligned(std::string_view text, size_t width);
std::string RightAligned(std::string_view text, size_t width);

// `text` if it is at most `width` columns wide, otherwise its begin and "...", together as wide.
std::string Shortened(std::string_view text, size_t width);

// The lines of `text`, each broken between words where it is wider than `width` columns. The rest
// of a broken line is indented by four spaces; the spaces where a line is broken are left out.
std::string WrappedText(std::string_view text, size_t width);

// Width of a terminal for which reports are made.
inline constexpr size_t kReportWidth = 80;

// A row of CountLines.
struct NamedCount {
  std::string name;
  uint64_t count = 0;
};

// Aligned lines with name, count and share of the total. They are sorted by descending count and
// then by the bytes of the name. Long names are shortened. If there are more than 20, the last line
// sums up the rest; `things` names them ("labels").
std::vector<std::string> CountLines(std::vector<NamedCount> counts, std::string_view things);

}  // namespace elman
