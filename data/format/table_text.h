// Tables for people, whose columns line up in any script.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// The columns that `text` takes: two for wide characters, such as Chinese ones and most emoji, none
// for combining characters and others that are not seen by themselves. Bytes that are not UTF-8
// count as what is shown in their place.
size_t DisplayWidth(std::string_view text);

// `text` and as many spaces after it, or before it, as make it `width` columns wide; as it is where
// it is that wide already.
std::string LeftAligned(std::string_view text, size_t width);
std::string RightAligned(std::string_view text, size_t width);

struct NamedCount {
  std::string name;
  uint64_t count = 0;
};

// A line for each, the most frequent first and of the same count in the order of their bytes: name,
// count and share of all, aligned. Of more than 20, the last line sums up the rest, of `things`
// ("labels").
std::vector<std::string> CountLines(std::vector<NamedCount> counts, std::string_view things);

}  // namespace elman
