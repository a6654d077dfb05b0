// Looks up configuration fields by name, suggests names for misspelled ones and checks the names in
// a configuration text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace google::protobuf {
class EnumDescriptor;
}

namespace elman {

// Returns the paths of the fields that `name` (such as "model.hidden_size") may refer to: `name`
// itself if it exists; otherwise all paths that end in ".NAME"; otherwise the closest path, if it
// is similar enough.
std::vector<std::string> ConfigFieldsLike(std::string_view name);

// Returns "; did you mean A?" or "; did you mean A, B or C?"; empty if no field is similar to
// `name`.
std::string ConfigFieldSuggestion(std::string_view name);

// Returns the name of the value of `type` that equals `name` without regard to case.
// InvalidArgument lists all values; `field` is used in the message only.
absl::StatusOr<std::string> ConfigEnumValue(const google::protobuf::EnumDescriptor& type,
                                            std::string_view field, std::string_view name);

// Returns the `text` of a configuration file with the names of enum values in upper case.
// InvalidArgument: a field or value does not exist; the message begins with LINE:COLUMN and
// suggests names. Other errors are left to the parser.
absl::StatusOr<std::string> CheckConfigNames(const std::string& text);

}  // namespace elman
