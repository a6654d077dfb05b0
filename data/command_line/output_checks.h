// Checks that a program does not write its output over its input.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace elman {

// A path and the flag that gave it.
struct GivenPath {
  std::string_view flag;  // such as "--output"
  std::string path;       // empty: not given
};

// A usage error (flag_groups.h) if `output`, the folder or file to write, is the same as one of
// `inputs`, also if the paths are spelled differently. `output` need not exist.
absl::Status ExpectOutputApart(const GivenPath& output, std::span<const GivenPath> inputs);

// A usage error if `output`, a file to write, is a folder. `name` is a name for the file, for the
// message.
absl::Status ExpectNoFolder(const GivenPath& output, std::string_view name);

// A usage error if `output` is the folder of a data set or a file in one. Only elman-preprocess
// writes there.
absl::Status ExpectNoDatasetThere(const GivenPath& output);

}  // namespace elman
