// The tables of report.html: validations, epochs, events.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/record/log/run_record.h"

namespace elman {

// Returns at most `most` of the lines, evenly spaced, with the first and the last, and also `one`
// if it is among them.
std::vector<const RecordedLine*> SomeAnd(const std::vector<const RecordedLine*>& lines, size_t most,
                                         const RecordedLine* one);

// Returns a table of the lines of a kind, with their numbers as columns and `best` marked; empty if
// there is no such line. Numbers that are the same in all lines are in a sentence after it, which
// calls a line `noun`: "validation".
std::string MetricTable(const RunRecord& record, std::string_view kind, const std::string& noun,
                        const RecordedLine* best);

// Returns a table of the events. Many events of a kind in a row are one row after the first.
std::string EventTable(const RunRecord& record);

}  // namespace elman
