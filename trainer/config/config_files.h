// Finds the file that --config names: a path, or the name of a configuration that comes with Elman.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace elman {

// The path of a configuration: `name` itself if there is such a file, otherwise a file in
// `folder`, the launch/configs of this installation or source tree (empty: there is none). There,
// NAME stands for NAME.textproto and for NAME/config.textproto. InvalidArgument lists the names.
absl::StatusOr<std::string> FindConfigFile(const std::string& name, const std::string& folder);

}  // namespace elman
