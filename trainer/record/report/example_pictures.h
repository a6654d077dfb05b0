// Sections of report.html that draw what the best validation recorded: labels and how they are
// confused, the attention of translators, the surprisal of language models.
#pragma once

#include <cstdint>
#include <string>

#include "trainer/record/log/run_record.h"

namespace elman {

// Returns bars for the most frequent labels and the confusion matrix of the validation at `step`;
// empty if it recorded none.
std::string LabelSections(const RunRecord& record, int64_t step);

// Returns the attention weights of the samples of the validation at `step`: one row per token of
// the translation; empty if it recorded none.
std::string AttentionSection(const RunRecord& record, int64_t step);

// Returns the texts of the samples of the validation at `step`, colored by the surprisal of each
// token; empty if it recorded none.
std::string SurprisalSection(const RunRecord& record, int64_t step);

}  // namespace elman
