// What the manifest says of how a data set was made.
#pragma once

#include <vector>

#include "data/staging/preprocess_options.h"
#include "data/vocabularies/field_coding.h"
#include "proto/dataset.pb.h"

namespace elman {

// All that shaped the bytes besides the texts and the tokenizers of the fields: no paths, no times,
// no numbers of threads.
PreprocessSpec DescribeRun(const PreprocessOptions& options,
                           const std::vector<FieldCoding>& fields);

}  // namespace elman
