// Values that are chosen by their names, on command lines and in configurations.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace elman {

// Which of `names` is `name`, in whatever case its letters are. InvalidArgument, "WHAT=NAME is
// unknown", lists them; `what` is a flag, such as "--task", or a field.
absl::StatusOr<size_t> FindName(std::string_view what, std::string_view name,
                                std::span<const std::string_view> names);

template <typename Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

// The same for values with names.
template <typename Value, size_t n>
absl::StatusOr<Value> ParseNamed(std::string_view what, std::string_view name,
                                 const NamedValue<Value> (&known)[n]) {
  std::vector<std::string_view> names;
  for (const NamedValue<Value>& each : known) names.push_back(each.name);
  const absl::StatusOr<size_t> found = FindName(what, name, names);
  if (!found.ok()) return found.status();
  return known[*found].value;
}

}  // namespace elman
