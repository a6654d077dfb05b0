// Looks up configuration fields and values by name, and suggests names for unknown ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
}  // namespace google::protobuf

namespace elman {

// Returns the paths of the fields that `name` (such as "model.hidden_size") may refer to: `name`
// itself if it exists; otherwise all paths that end in ".NAME"; otherwise the path with the fewest
// typos; otherwise those that share most words with it, as max_epochs with epochs.
std::vector<std::string> ConfigFieldsLike(std::string_view name);

// Returns "; did you mean A?" or "; did you mean A, B or C?"; empty if no field is similar to
// `name`.
std::string ConfigFieldSuggestion(std::string_view name);

// Returns the name of the value of `type` that equals `name` without regard to case.
// InvalidArgument lists all values; `field` is used in the message only.
absl::StatusOr<std::string> ConfigEnumValue(const google::protobuf::EnumDescriptor& type,
                                            std::string_view field, std::string_view name);

// Returns the names of the fields of a message, separated by commas.
std::string FieldNames(const google::protobuf::Descriptor& message);

// The error for a field that does not exist: names similar fields, or those of `message`, to which
// `path` should belong.
std::string UnknownFieldText(const google::protobuf::Descriptor& message, const std::string& path);

}  // namespace elman
