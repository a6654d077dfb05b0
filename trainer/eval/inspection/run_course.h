// The course of a run at a glance, from its metrics.jsonl: curves of a line's height, and two runs
// side by side.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"
#include "trainer/record/log/run_record.h"

namespace elman {

// The values as blocks of eight heights, between the least and the greatest: at most `width` of
// them, each the mean over neighbors.
std::string Sparkline(const std::vector<RecordedPoint>& points, size_t width);

// Adds how the run went, as far as it is recorded: what happened last, losses and scores, speed.
void AddCourse(const RunRecord& record, Inspection* inspection);

// Two run directories: how each went, and where their configurations differ. NotFound where one has
// no metrics.jsonl or no config.textproto.
absl::StatusOr<Inspection> CompareRuns(const std::string& path, const std::string& other);

}  // namespace elman
