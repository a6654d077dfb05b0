#include "trainer/eval/inspection/run_table.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"
#include "data/io/file_system.h"
#include "data/io/folder_lock.h"
#include "trainer/config/field_values.h"
#include "trainer/eval/inspection/run_history.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

struct Row {
  std::string path;
  std::string task;  // as "language model"; empty if the run has no checkpoint
  std::string data;  // identifies the split that validated it; empty if the run has no checkpoint
  std::vector<FieldValue> fields;
  const RecordedLine* best = nullptr;  // its best validation; null if there is none
  int64_t step = 0;                    // the last one in its log
  std::string state;
  double value = 0;  // of the main metric; NaN if it has none
};

// Returns "running", the name of the last event if it ended the run, or "interrupted".
std::string StateOf(const std::string& path, const RunRecord& record) {
  if (!FolderLockHolder(path).empty()) return "running";
  for (auto line = record.lines().rbegin(); line != record.lines().rend(); ++line) {
    const auto event = line->texts.find("event");
    if (line->kind != "event" || event == line->texts.end()) continue;
    if (event->second == "finished" || event->second == "stopped" || event->second == "diverged")
      return event->second;
  }
  return "interrupted";
}

// Returns the positions of the fields whose values differ between the runs.
std::vector<size_t> DifferingFields(const std::vector<Row>& rows) {
  std::vector<size_t> differing;
  for (size_t i = 0; i < rows[0].fields.size(); ++i) {
    if (std::ranges::any_of(
            rows, [&](const Row& row) { return row.fields[i].text != rows[0].fields[i].text; }))
      differing.push_back(i);
  }
  return differing;
}

// Aligns the columns: names and words to the left, numbers to the right.
std::string TableText(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      absl::StrAppend(&row, i > 0 ? "  " : "",
                      i == 0 ? LeftAligned(line[i], widths[i]) : RightAligned(line[i], widths[i]));
    }
    absl::StrAppend(&text, row, "\n");
  }
  return text;
}

// Sets the task and the data of a run, by its latest checkpoint.
void SetData(Row* row) {
  const absl::StatusOr<std::string> path = ResolveCheckpoint(row->path, kLatest);
  if (!path.ok()) return;
  const absl::StatusOr<CheckpointHeader> header = ReadCheckpointHeader(*path);
  if (!header.ok()) return;
  row->task = absl::StrReplaceAll(absl::AsciiStrToLower(Task_Name(header->task())), {{"_", " "}});
  row->data = header->progress().validated_on();
}

// Divides the runs into groups whose results are comparable, in the order of their first runs. Runs
// whose task and data are not known are comparable with all others.
std::vector<std::vector<Row>> Comparable(const std::vector<Row>& rows) {
  std::vector<std::vector<Row>> groups;
  const auto known = [](const Row& row) { return !row.task.empty(); };
  for (const Row& row : rows) {
    const auto group = std::ranges::find_if(groups, [&](const std::vector<Row>& other) {
      return known(row) && other[0].task == row.task && other[0].data == row.data;
    });
    if (group != groups.end()) {
      group->push_back(row);
    } else if (known(row)) {
      groups.push_back({row});
    }
  }
  for (const Row& row : rows) {
    if (known(row)) continue;
    if (groups.empty()) groups.emplace_back();
    groups[0].push_back(row);
  }
  return groups;
}

// Sorts the runs, the best one first. Returns the metric.
std::optional<MainMetric> SortRows(std::vector<Row>* rows) {
  std::vector<const RecordedLine*> validations;
  for (const Row& row : *rows) {
    if (row.best != nullptr) validations.push_back(row.best);
  }
  const std::optional<MainMetric> metric = MainMetricOf(validations);
  for (Row& row : *rows) {
    row.value = std::nan("");
    if (metric && row.best != nullptr)
      row.value = row.best->Number(std::string(metric->key)).value_or(row.value);
  }
  std::ranges::stable_sort(*rows, [&](const Row& a, const Row& b) {
    if (std::isnan(a.value) || std::isnan(b.value))
      return !std::isnan(a.value) && std::isnan(b.value);
    return metric->higher_is_better ? a.value > b.value : a.value < b.value;
  });
  return metric;
}

// Adds the table of runs that are comparable, and an object for each of them.
JsonObject Tabulate(std::vector<Row> rows, Inspection* inspection,
                    std::vector<JsonObject>* objects) {
  const std::optional<MainMetric> metric = SortRows(&rows);
  const std::string key(metric ? metric->key : "loss");
  const std::vector<size_t> differing = DifferingFields(rows);
  std::vector<std::vector<std::string>> table = {
      {"run", DisplayName(key), "best step", "last step", "state"}};
  for (const size_t field : differing) table[0].push_back(rows[0].fields[field].name);
  for (const Row& row : rows) {
    std::vector<std::string>& line = table.emplace_back();
    line = {row.path, std::isnan(row.value) ? "-" : SignificantText(row.value, 5),
            row.best == nullptr ? "-" : absl::StrCat(row.best->step), absl::StrCat(row.step),
            row.state};
    JsonObject json, fields;
    json.Add("run", row.path).Add(key, row.value);
    if (row.best != nullptr) json.Add("best_step", row.best->step);
    json.Add("step", row.step).Add("state", row.state);
    for (const size_t field : differing) {
      line.push_back(row.fields[field].text);
      fields.AddJson(row.fields[field].name, row.fields[field].json());
    }
    objects->push_back(json.Add("fields", fields));
  }
  inspection->AddTable(TableText(table));
  JsonObject of_metric;
  return of_metric.Add("name", key).Add("higher_is_better", metric && metric->higher_is_better);
}

}  // namespace

absl::StatusOr<Inspection> TabulateRuns(const std::vector<std::string>& paths) {
  std::vector<RecordedRun> runs;
  runs.reserve(paths.size());  // rows refer to their lines
  std::vector<Row> rows;
  std::vector<std::string> others;
  for (const std::string& path : paths) {
    absl::StatusOr<RecordedRun> run = ReadRecordedRun(path);
    if (!run.ok()) {
      // A pattern such as sweep/* may match other files, but not what does not exist.
      if (!FileExists(path)) {
        return absl::NotFoundError(
            absl::StrCat(path,
                         ": no such file or folder; name the --output directories of "
                         "elman-train"));
      }
      others.push_back(path);
      continue;
    }
    const RunRecord& record = runs.emplace_back(*std::move(run)).record;
    Row& row = rows.emplace_back();
    row.path = path;
    row.fields = FieldValues(runs.back().config);
    row.best = record.BestValidation();
    row.step = record.lines().empty() ? 0 : record.lines().back().step;
    row.state = StateOf(path, record);
    SetData(&row);
  }
  if (rows.empty()) {
    return absl::NotFoundError(
        absl::StrCat("none of the ", paths.size(),
                     " paths is a run directory (with metrics.jsonl and "
                     "config.textproto); name the --output directories of elman-train"));
  }
  Inspection inspection;
  const std::vector<std::vector<Row>> groups = Comparable(rows);
  std::vector<JsonObject> of_groups, objects;
  JsonObject metric;
  for (const std::vector<Row>& group : groups) {
    std::vector<JsonObject> runs;
    if (groups.size() > 1) {
      inspection.AddTable(absl::StrCat(of_groups.empty() ? "" : "\n", group[0].task, ", ",
                                       CountText(static_cast<int64_t>(group.size()), "run"),
                                       of_groups.empty()
                                           ? "; runs of other tasks or validation data are in "
                                             "tables of their own, because they cannot be compared"
                                           : "",
                                       "\n"));
    }
    metric = Tabulate(group, &inspection, &runs);
    of_groups.push_back(JsonObject()
                            .Add("task", group[0].task)
                            .Add("metric", metric)
                            .AddJson("runs", JsonArray(runs, [](const JsonObject& run) {
                                       return run.ToString();
                                     })));
    objects.insert(objects.end(), runs.begin(), runs.end());
  }
  // With several groups, the runs of each are in the order of its table.
  if (groups.size() > 1) {
    inspection.AddJson("groups", of_groups);
  } else {
    inspection.AddJson("metric", metric).AddJson("runs", objects);
  }
  inspection.AddList("not_runs", "not a run", others);
  return inspection;
}

}  // namespace elman
