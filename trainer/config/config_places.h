// Remembers where the values of a configuration were given, for messages about wrong ones.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace elman {

// Checks of values happen in many places, long after the configuration was parsed. They begin their
// messages with the path of the field, such as "model.layers is 0"; this adds where it was set.
class ConfigPlaces {
 public:
  // A later place of the same field replaces an earlier one. `field` is a path, such as
  // "model.layers"; `place` is such as "my.textproto:3:9" or "override 'model.layers=0'".
  void Set(const std::string& field, std::string place);

  // The place of `field`; empty if it was not given, so that it has its default.
  std::string Of(std::string_view field) const;

  // If `status` is InvalidArgument and its message begins with a field that was given, adds the
  // place before it: "override 'model.layers=0': model.layers is 0 ...". Otherwise, `status`.
  absl::Status Add(const absl::Status& status) const;

 private:
  std::map<std::string, std::string, std::less<>> places_;
};

}  // namespace elman
