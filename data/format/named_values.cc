#include "data/format/named_values.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/format/near_names.h"

namespace elman {

absl::StatusOr<size_t> FindName(std::string_view what, std::string_view name,
                                std::span<const std::string_view> names) {
  const auto view = [](std::string_view text) {
    return absl::string_view(text.data(), text.size());
  };
  std::string list;
  std::vector<std::string> lower_case;
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::EqualsIgnoreCase(view(names[i]), view(name))) return i;
    absl::StrAppend(&list, i > 0 ? ", " : "", view(names[i]));
    lower_case.push_back(absl::AsciiStrToLower(view(names[i])));
  }
  const std::string given = absl::AsciiStrToLower(view(name));
  std::string nearest = NearestName(given, lower_case);
  const auto begins = [&](const std::string& known) {
    constexpr size_t kLeastPrefix = 3;
    return given.size() >= kLeastPrefix && known.starts_with(given);
  };
  if (nearest.empty() && std::ranges::count_if(lower_case, begins) == 1)
    nearest = *std::ranges::find_if(lower_case, begins);
  const auto suggested = std::ranges::find(lower_case, nearest) - lower_case.begin();
  return absl::InvalidArgumentError(absl::StrCat(
      view(what), "=", view(name), " is unknown",
      nearest.empty()
          ? ""
          : absl::StrCat(" (did you mean ", view(names[static_cast<size_t>(suggested)]), "?)"),
      "; expected one of ", list));
}

}  // namespace elman
