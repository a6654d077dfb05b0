// What the lines of kind diagnostics in metrics.jsonl say, for readers of reports and terminals.
#pragma once

#include <string>
#include <vector>

#include "trainer/record/log/run_record.h"

namespace elman {

// The last of these lines; null if there is none.
const RecordedLine* LastDiagnosis(const RunRecord& record);

// The recurrences whose gradients a line follows back: "layer0", "layer0.reverse".
std::vector<std::string> FollowedRecurrences(const RecordedLine& line);

// Of a recurrence of a line: how much of the gradient there is by steps back, as points.
std::vector<RecordedPoint> GradientByLag(const RecordedLine& line, const std::string& recurrence);

// A section of report.html, verdict, heat maps, curves and a table of gates; empty where no step
// was diagnosed.
std::string DiagnosticsSection(const RunRecord& record);

}  // namespace elman
