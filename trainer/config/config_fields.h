// The fields of a configuration by their names: found, suggested, and checked in a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace google::protobuf {
class EnumDescriptor;
}

namespace elman {

// The paths of the fields that somebody may mean by `name`, such as "model.hidden_size": `name`
// itself if it is one; otherwise all that end in ".NAME"; otherwise the nearest, if it is near.
std::vector<std::string> ConfigFieldsLike(std::string_view name);

// "; did you mean A?" or "; did you mean A, B or C?", empty where no field is like `name`.
std::string ConfigFieldSuggestion(std::string_view name);

// The name of a value of `type`, which `name` is but for upper and lower case. InvalidArgument
// lists all values; `field` is for messages.
absl::StatusOr<std::string> ConfigEnumValue(const google::protobuf::EnumDescriptor& type,
                                            std::string_view field, std::string_view name);

// `text` of a configuration file, with the names of values in upper case. InvalidArgument, which
// begins with LINE:COLUMN, names fields and values that do not exist, and those that may be meant.
// Other faults are left to the parser.
absl::StatusOr<std::string> CheckConfigNames(const std::string& text);

}  // namespace elman
