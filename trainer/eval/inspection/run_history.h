// Summarizes the course of a run from its metrics.jsonl, with curves of one line each, and compares
// two runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/training.pb.h"
#include "trainer/eval/inspection/inspection.h"
#include "trainer/record/log/run_record.h"

namespace elman {

// Formats values as a sparkline of block characters with eight heights, scaled from minimum to
// maximum. It has at most `width` characters, each the mean of adjacent values.
std::string Sparkline(const std::vector<RecordedPoint>& points, size_t width);

// A metric of validations by which runs are compared.
struct MainMetric {
  std::string_view key;  // in metrics.jsonl
  bool higher_is_better = false;
};

// Returns the first of F1, accuracy, closed bits per byte, bits per byte, perplexity and loss that
// each of these validations has; nothing if there are none.
std::optional<MainMetric> MainMetricOf(const std::vector<const RecordedLine*>& validations);

// Returns a metric's name for people, such as "bits per byte".
std::string DisplayName(std::string_view key);

// What a run directory records: its log and its configuration.
struct RecordedRun {
  RunRecord record;
  TrainingConfig config;
};

// NotFound if the folder has no metrics.jsonl or no config.textproto.
absl::StatusOr<RecordedRun> ReadRecordedRun(const std::string& path);

// Adds the recorded course of a run: the result of its best validation, the last event, losses,
// scores and speed.
void AddHistory(const RunRecord& record, Inspection* inspection);

// Compares two run directories: the course of each, and the differences of their configurations.
// NotFound if one of them has no metrics.jsonl or no config.textproto.
absl::StatusOr<Inspection> CompareRuns(const std::string& path, const std::string& other);

}  // namespace elman
