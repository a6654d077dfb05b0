// Which known name did somebody mean?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elman {

// The number of insertions, deletions and replacements of bytes and exchanges of neighbors that
// turn `a` into `b` (optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b);

// How many edits of `name` may be a slip of the fingers: a third of its characters, or one.
size_t MostSlips(std::string_view name);

// The name nearest to `name`, the first one of several; empty if none is so near that it may be
// meant.
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

}  // namespace elman
