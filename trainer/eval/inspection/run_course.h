// Summarizes the course of a run from its metrics.jsonl, with curves of one line each, and compares
// two runs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"
#include "trainer/record/log/run_record.h"

namespace elman {

// Formats values as a sparkline of block characters with eight heights, scaled from minimum to
// maximum. It has at most `width` characters, each the mean of adjacent values.
std::string Sparkline(const std::vector<RecordedPoint>& points, size_t width);

// Adds the recorded course of a run: the last event, losses, scores and speed.
void AddCourse(const RunRecord& record, Inspection* inspection);

// Compares two run directories: the course of each, and the differences of their configurations.
// NotFound if one of them has no metrics.jsonl or no config.textproto.
absl::StatusOr<Inspection> CompareRuns(const std::string& path, const std::string& other);

}  // namespace elman
