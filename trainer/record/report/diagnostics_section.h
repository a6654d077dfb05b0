// Formats the lines of kind diagnostics of metrics.jsonl for the report and the terminal.
#pragma once

#include <string>
#include <vector>

#include "trainer/record/log/run_record.h"
#include "trainer/record/report/chart.h"

namespace elman {

// Returns the last of these lines; null if there is none.
const RecordedLine* LastDiagnosis(const RunRecord& record);

// Returns the recurrences whose gradients a line follows back through time: "layer0",
// "layer0.reverse".
std::vector<std::string> FollowedRecurrences(const RecordedLine& line);

// Returns the gradient norm of a recurrence by the number of steps back, as points.
std::vector<RecordedPoint> GradientByLag(const RecordedLine& line, const std::string& recurrence);

// Returns a section of report.html with the diagnosis, heat maps, curves and a table of gates;
// empty if no step was diagnosed.
std::string DiagnosticsSection(const RunRecord& record, const StepAxis& axis);

}  // namespace elman
