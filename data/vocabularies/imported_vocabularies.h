// Vocabularies that are there before train is read: those of another data set, and what other
// programs have made.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "data/staging/preprocess_options.h"
#include "data/vocabularies/field_coding.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Fills in the vocabularies, models and sources of the fields that have such. Collective.
absl::Status TakeGivenVocabularies(const PreprocessOptions& options, Communicator* workers,
                                   std::vector<FieldCoding>* fields);

}  // namespace elman
