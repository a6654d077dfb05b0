// The vocabularies of a run that may be ended before its data set is complete, in files that the
// next run finds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/staging/preprocess_report.h"
#include "data/vocabularies/field_coding.h"

namespace elman {

// Writes the vocabularies and models of the fields that own them, but for those given, with what
// they leave out, and the report's numbers of lines.
absl::Status StoreVocabularies(const std::string& folder, const std::vector<FieldCoding>& fields,
                               const PreprocessReport& report);

// By field, what StoreVocabularies wrote, and the rest into `fields` and
// `report`; nothing where it did not come to its end, or a byte has changed.
std::optional<std::vector<absl::StatusOr<Vocabulary>>> LoadVocabularies(
    const std::string& folder, std::vector<FieldCoding>* fields, PreprocessReport* report);

}  // namespace elman
