// Converts the statistics of a step to a line of metrics.jsonl (README.md) and to histograms.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/format/json_writer.h"
#include "trainer/diagnostics/gradient_diagnosis.h"
#include "trainer/diagnostics/step_statistics.h"
#include "trainer/record/log/histogram.h"

namespace elman {

// Returns the line of kind "diagnostics" for metrics.jsonl.
JsonObject LineOf(const StepStatistics& statistics, const GradientDiagnosis& diagnosis);

// Histograms for TensorBoard, named such as "gates/layer0.forget" or
// "gradients/layer0.hidden_weights".
std::vector<std::pair<std::string, Histogram>> HistogramsOf(const StepStatistics& statistics);

}  // namespace elman
