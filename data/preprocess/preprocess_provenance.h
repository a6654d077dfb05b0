// Describes in the manifest how a data set was made.
#pragma once

#include <vector>

#include "data/staging/preprocess_options.h"
#include "data/vocabularies/field_coding.h"
#include "proto/dataset.pb.h"

namespace elman {

// Everything that determines the bytes, except the texts and the tokenizers of the fields. Paths,
// times and numbers of threads are not included.
PreprocessSpec DescribeRun(const PreprocessOptions& options,
                           const std::vector<FieldCoding>& fields);

}  // namespace elman
