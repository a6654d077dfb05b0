// Shows the first examples of a data set as models read them.
#pragma once

#include <string>

namespace elman {

// The tokens and labels of the first two examples of the first split in `folder`, read back from
// its shards: a line of at most kReportWidth columns per field, with spaces between tokens. A token
// that contains a space shows it as an underscore. Empty if they cannot be read.
std::string ExampleLines(const std::string& folder);

}  // namespace elman
