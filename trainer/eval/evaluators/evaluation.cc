#include "trainer/eval/evaluators/evaluation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"

namespace elman {
namespace {

constexpr std::string_view kComparable = "comparable";

std::string Spelled(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string Shown(const Metric& metric, double value) {
  if (metric.count) return FixedText(value, 0);
  return FixedText(value, value >= 10 ? 2 : 4);
}

void Add(const Metric& metric, double value, JsonObject* json) {
  if (metric.count) {
    json->Add(metric.name, static_cast<int64_t>(value));
  } else {
    json->Add(metric.name, value);
  }
}

std::string TableText(const MetricTable& table) {
  size_t width = table.name.size();
  for (const MetricTable::Row& row : table.rows) width = std::max(width, DisplayWidth(row.name));
  std::vector<size_t> widths;
  for (const Metric& column : table.columns)
    widths.push_back(std::max<size_t>(11, DisplayWidth(column.name)));
  std::string text = absl::StrCat("\n", LeftAligned(Spelled(table.name), width));
  for (size_t i = 0; i < table.columns.size(); ++i)
    absl::StrAppend(&text, " ", RightAligned(Spelled(table.columns[i].name), widths[i]));
  for (const MetricTable::Row& row : table.rows) {
    absl::StrAppend(&text, "\n", LeftAligned(row.name, width));
    for (size_t i = 0; i < table.columns.size(); ++i)
      absl::StrAppend(&text, " ", RightAligned(Shown(table.columns[i], row.values[i]), widths[i]));
  }
  return text + "\n";
}

}  // namespace

const Metric* Evaluation::Find(std::string_view name) const {
  const auto found = std::ranges::find(metrics, name, &Metric::name);
  return found == metrics.end() ? nullptr : &*found;
}

void AddEvaluation(const Evaluation& evaluation, bool with_tables, JsonObject* json) {
  for (const Metric& metric : evaluation.metrics) Add(metric, metric.value, json);
  for (const auto& [name, signature] : evaluation.signatures) json->Add(name, signature);
  if (evaluation.comparable) json->Add(kComparable, *evaluation.comparable);
  if (!evaluation.remarks.empty())
    json->AddJson("remarks", JsonArray(evaluation.remarks, JsonString));
  if (!with_tables) return;
  for (const MetricTable& table : evaluation.tables) {
    JsonObject rows;
    for (const MetricTable::Row& row : table.rows) {
      JsonObject values;
      for (size_t i = 0; i < table.columns.size(); ++i)
        Add(table.columns[i], row.values[i], &values);
      rows.Add(row.name, values);
    }
    json->Add(table.name, rows);
    if (!table.also.empty()) json->Add(table.also, rows);
  }
}

std::string MainMetricsText(const Evaluation& evaluation) {
  std::string line;
  for (const Metric& metric : evaluation.metrics) {
    if (!metric.is_main) continue;
    absl::StrAppend(&line, line.empty() ? "" : "  ", Spelled(metric.name), " ",
                    Shown(metric, metric.value));
  }
  return line;
}

std::string EvaluationText(const Evaluation& evaluation) {
  size_t widest = 0;
  for (const Metric& metric : evaluation.metrics) widest = std::max(widest, metric.name.size());
  for (const auto& [name, signature] : evaluation.signatures)
    widest = std::max(widest, name.size());
  if (evaluation.comparable) widest = std::max(widest, kComparable.size());
  std::string text;
  for (const Metric& metric : evaluation.metrics) {
    absl::StrAppendFormat(&text, "%-*s  %s%s%s\n", static_cast<int>(widest), Spelled(metric.name),
                          metric.count || metric.value >= 10 ? Shown(metric, metric.value)
                                                             : FixedText(metric.value, 6),
                          metric.meaning.empty() ? "" : " ", metric.meaning);
  }
  for (const auto& [name, signature] : evaluation.signatures) {
    absl::StrAppendFormat(&text, "%-*s  %s\n", static_cast<int>(widest), Spelled(name), signature);
  }
  if (evaluation.comparable) {
    absl::StrAppendFormat(&text, "%-*s  %s\n", static_cast<int>(widest), kComparable,
                          *evaluation.comparable ? "yes, with other vocabularies and tools"
                                                 : "no, see the remarks below");
  }
  for (const MetricTable& table : evaluation.tables) text += TableText(table);
  for (const std::string& remark : evaluation.remarks)
    absl::StrAppend(&text, "\nremark: ", remark, "\n");
  return text;
}

}  // namespace elman
