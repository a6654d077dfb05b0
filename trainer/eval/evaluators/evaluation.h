// The result of an evaluation: metrics of a model on a split, and their output as text and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/format/json_writer.h"

namespace elman {

// A metric of a model on a split.
struct Metric {
  std::string name = {};  // key in JSON and TensorBoard
  double value = 0;
  std::string_view meaning = {};  // explanation, printed after the value; a string literal
  bool is_main = false;           // a main metric, also printed in the line about a validation
  bool count = false;             // an integer
};

// The same metrics for parts of a split, such as each label or each range of lengths.
struct MetricTable {
  struct Row {
    std::string name;
    std::vector<double> values;  // one per column
  };
  std::string name;
  std::vector<Metric> columns;  // their values are not used
  std::vector<Row> rows;
  std::string also = {};  // second key in JSON; may be empty
};

// How often each reference label was predicted as each label, for the most frequent labels.
struct ConfusionCounts {
  std::vector<std::string> labels;
  std::vector<int64_t> counts;  // [reference, predicted]
  int64_t left_out = 0;         // number of labels that are not among them
};

// The result of an evaluation.
struct Evaluation {
  double loss = 0;   // nats per target
  double score = 0;  // the task's main criterion; larger is better
  std::vector<Metric> metrics = {};
  std::vector<MetricTable> tables = {};
  ConfusionCounts confusion = {};  // for tags and labels, otherwise empty; not part of the output
  // Settings to report with metrics, by name.
  std::vector<std::pair<std::string, std::string>> signatures = {};
  // Whether the metrics are comparable with those that others compute on the same text with other
  // vocabularies and tools. No value if this is unknown for the task.
  std::optional<bool> comparable = {};
  // Sentences for the user: why metrics are not comparable and which are, or why one is missing.
  std::vector<std::string> remarks = {};

  // Returns the metric with this name; null if there is none.
  const Metric* Find(std::string_view name) const;
};

// Adds the metrics and signatures in order, `comparable`, `remarks` if there are any and, if
// requested, each table as an object of objects.
void AddEvaluation(const Evaluation& evaluation, bool with_tables, JsonObject* json);

// Formats the main metrics, such as "loss 0.5000  accuracy 0.9000".
std::string MainMetricsText(const Evaluation& evaluation);

// Formats the evaluation as text: one line per metric, with signatures, then tables and remarks.
std::string EvaluationText(const Evaluation& evaluation);

}  // namespace elman
