// Saves the vocabularies of an unfinished run in files, so that the next run can continue it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/staging/preprocess_report.h"
#include "data/vocabularies/field_coding.h"

namespace elman {

// Writes the vocabularies and models of the fields that own them, except imported and adopted ones,
// with the words that they leave out and the line counts of the report.
absl::Status StoreVocabularies(const std::string& folder, const std::vector<FieldCoding>& fields,
                               const PreprocessReport& report);

// Reads what StoreVocabularies wrote: returns the vocabularies by field and sets the rest in
// `fields` and `report`. Returns nothing if StoreVocabularies did not finish or if a byte has
// changed.
std::optional<std::vector<absl::StatusOr<Vocabulary>>> LoadVocabularies(
    const std::string& folder, std::vector<FieldCoding>* fields, PreprocessReport* report);

}  // namespace elman
