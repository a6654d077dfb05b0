// The predictions for examples of the validation split in report.html, and the nearest words of
// word vectors.
#pragma once

#include <string>

#include "trainer/record/log/run_record.h"

namespace elman {

// Returns each sample with the model's outputs over time; empty if there are none. `best` may be
// null. Outputs of taggers and classifiers that are wrong are marked.
std::string SamplesSection(const RunRecord& record, const RecordedLine* best);

// Returns the nearest words of some words at the best validation; empty if none are recorded.
std::string NeighborsSection(const RunRecord& record, const RecordedLine* best);

}  // namespace elman
