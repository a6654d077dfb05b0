// Output that would be written over input.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace elman {

// A path and how it was given.
struct GivenPath {
  std::string_view flag;  // "--output"
  std::string path;       // empty: it was not
};

// A usage error (flag_groups.h) if the folder or file to write, `output`, is one of `inputs`,
// however their paths are spelled. It need not exist.
absl::Status ExpectOutputApart(const GivenPath& output, std::span<const GivenPath> inputs);

// The same if it is the folder of a data set, or a file in one: nothing else is written there.
absl::Status ExpectNoDatasetThere(const GivenPath& output);

}  // namespace elman
