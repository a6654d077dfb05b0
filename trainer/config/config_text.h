// Checks a configuration in protobuf text format before it is parsed, because the messages of the
// parser name neither fields nor remedies.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/config/config_places.h"

namespace elman {

// Returns `text` with the names of enum values in upper case. InvalidArgument: the syntax, a field
// or a value is wrong; the message begins with "PATH:LINE:COLUMN: ", or with the fault if `path` is
// empty, and ends with a remedy. Ranges of values are not checked: for these checks, the place of
// every field is added to `places`, unless that is null or `path` is empty.
absl::StatusOr<std::string> CheckConfigText(const std::string& text, const std::string& path,
                                            ConfigPlaces* places = nullptr);

}  // namespace elman
