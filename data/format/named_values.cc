#include "data/format/named_values.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace elman {

absl::StatusOr<size_t> FindName(std::string_view what, std::string_view name,
                                std::span<const std::string_view> names) {
  const auto view = [](std::string_view text) {
    return absl::string_view(text.data(), text.size());
  };
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::EqualsIgnoreCase(view(names[i]), view(name))) return i;
    absl::StrAppend(&list, i > 0 ? ", " : "", view(names[i]));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(view(what), "=", view(name), " is unknown; expected one of ", list));
}

}  // namespace elman
