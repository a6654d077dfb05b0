// Vocabularies that exist before train is read: adopted from another data set or imported from
// files of other programs.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "data/staging/preprocess_options.h"
#include "data/vocabularies/field_coding.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Sets the vocabularies, models and sources of the fields that import or adopt them. Collective.
absl::Status TakeGivenVocabularies(const PreprocessOptions& options, Communicator* workers,
                                   std::vector<FieldCoding>* fields);

}  // namespace elman
