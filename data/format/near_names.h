// Suggests the known name that is nearest to a misspelled one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Number of insertions, deletions, replacements and transpositions of neighboring bytes that change
// `a` into `b` (optimal string alignment distance).
size_t EditDistance(std::string_view a, std::string_view b);

// Maximum number of edits of a plausible typo: a third of the characters, but at least one.
size_t MaxEdits(std::string_view name);

// The known name nearest to `name`; the first one if there are several. Empty if none is within
// MaxEdits(name) edits.
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

}  // namespace elman
