// Finds values by their names, in flags and in configurations.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace elman {

// The index of `name` in `names`, ignoring case. Otherwise InvalidArgument: "WHAT=NAME is unknown",
// with the nearest name, if one is near, and a list of the names. `what` is a flag, such as
// "--task", or a field.
absl::StatusOr<size_t> FindName(std::string_view what, std::string_view name,
                                std::span<const std::string_view> names);

// A value with its name.
template <typename Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

// As FindName, but returns the value.
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
