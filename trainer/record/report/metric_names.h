// The names and numbers of metrics.jsonl as people read them.
#pragma once

#include <span>
#include <string>

#include "trainer/record/log/run_record.h"

namespace elman {

// The metrics of a validation that the page shows first, in this order. The last one is the loss,
// which every task has.
std::span<const char* const> MainMetrics();

// Returns the name of a metric: "bits per byte" for bits_per_byte.
std::string MetricName(const std::string& key);

// Formats the value of a metric: times, durations, percentages, and numbers with separators. The
// main metrics have a fixed number of decimals.
std::string MetricText(const std::string& key, double value);

// Whether a metric repeats another one of its line: the mean absolute error of two labels is 1 -
// accuracy. Or whether it is trivial: no padding.
bool SaysNothing(const RecordedLine& line, const std::string& key);

}  // namespace elman
