// The names and numbers of metrics.jsonl as people read them.
#pragma once

#include <span>
#include <string>

namespace elman {

// The metrics of a validation that the page shows first, in this order. The last one is the loss,
// which every task has.
std::span<const char* const> MainMetrics();

// Returns the name of a metric: "bits per byte" for bits_per_byte.
std::string MetricName(const std::string& key);

// Formats the value of a metric: times, durations and numbers with separators.
std::string MetricText(const std::string& key, double value);

}  // namespace elman
