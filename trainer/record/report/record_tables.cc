#include "trainer/record/report/record_tables.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "trainer/record/report/html.h"
#include "trainer/record/report/metric_names.h"

namespace elman {
namespace {

constexpr size_t kMaxRows = 30, kMaxEvents = 60;
constexpr size_t kMaxAlike = 3;  // events of a kind in a row

// Selects evenly spaced elements, including the first and the last.
template <typename T>
std::vector<T> Some(const std::vector<T>& items, size_t most) {
  if (items.size() <= most) return items;
  std::vector<T> some;
  for (size_t i = 0; i < most; ++i) some.push_back(items[i * (items.size() - 1) / (most - 1)]);
  return some;
}

// The keys of numbers that at least one of the lines has: the main ones first, the time last.
std::vector<std::string> ColumnsOf(const std::vector<const RecordedLine*>& lines) {
  std::vector<std::string> columns = {"step", "epoch"};
  columns.insert(columns.end(), MainMetrics().begin(), MainMetrics().end());
  for (const RecordedLine* line : lines) {
    for (const auto& [column, value] : line->numbers) {
      if (column != "best" && column != "comparable" && column != "time" &&
          std::ranges::find(columns, column) == columns.end())
        columns.push_back(column);
    }
  }
  columns.emplace_back("time");
  std::erase_if(columns, [&](const std::string& column) {
    return std::ranges::none_of(lines, [&](const RecordedLine* line) {
      return line->Number(column).has_value() && !SaysNothing(*line, column);
    });
  });
  return columns;
}

// Whether a number belongs into the sentence after the table.
bool IsTheSame(const std::vector<const RecordedLine*>& lines, const std::string& column) {
  const auto first = lines[0]->Number(column);
  if (column == "step" || column == "epoch" || column == "time" || column == "seconds" || !first ||
      !std::isfinite(*first))
    return false;
  if (lines.size() == 1 && std::ranges::count(MainMetrics(), column) > 0) return false;
  return std::ranges::all_of(
      lines, [&](const RecordedLine* line) { return line->Number(column) == first; });
}

std::string EventRow(const RecordedLine& line, const std::string& text) {
  return absl::StrCat("\n<tr><td class=\"text\">", ReadableText(static_cast<double>(line.step)),
                      "<td class=\"text wrap\">", HtmlText(text));
}

}  // namespace

std::vector<const RecordedLine*> SomeAnd(const std::vector<const RecordedLine*>& lines, size_t most,
                                         const RecordedLine* one) {
  std::vector<const RecordedLine*> some = Some(lines, most);
  const bool missing = std::ranges::count(lines, one) > 0 && std::ranges::count(some, one) == 0;
  if (missing) some.insert(std::ranges::upper_bound(some, one), one);
  return some;
}

std::string MetricTable(const RunRecord& record, std::string_view kind, const std::string& noun,
                        const RecordedLine* best) {
  std::vector<const RecordedLine*> lines;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == kind) lines.push_back(&line);
  }
  if (lines.empty()) return "";
  std::vector<std::string> columns = ColumnsOf(lines);
  // Epochs record how many tokens the run has read until then.
  const auto name_of = [&](const std::string& column) {
    return kind == "epoch" && column == "tokens" ? "tokens so far" : MetricName(column);
  };
  std::string same;
  std::erase_if(columns, [&](const std::string& column) {
    if (!IsTheSame(lines, column)) return false;
    absl::StrAppend(&same, same.empty() ? "" : "; ", name_of(column), " ",
                    MetricText(column, *lines[0]->Number(column)));
    return true;
  });
  std::string html = "<table><tr>";
  for (const std::string& column : columns)
    absl::StrAppend(&html, "<th scope=\"col\">", HtmlText(name_of(column)));
  for (const RecordedLine* line : SomeAnd(lines, kMaxRows, best)) {
    absl::StrAppend(&html, "\n<tr", line == best ? " class=\"best\">" : ">");
    for (const std::string& column : columns) {
      const std::optional<double> value = line->Number(column);
      absl::StrAppend(&html, "<td>", value ? MetricText(column, *value) : "");
    }
  }
  html = Scrolling(absl::StrCat("Table: ", noun), html + "\n</table>");
  if (lines.size() > kMaxRows) {
    absl::StrAppend(&html, "<p class=\"soft\">", kMaxRows, " of ", GroupedText(lines.size()),
                    " lines; all are in metrics.jsonl.</p>\n");
  }
  if (!same.empty()) {
    absl::StrAppend(&html, "<p class=\"soft\">",
                    lines.size() > 1 ? "The same at every " : "Of this ", noun, ": ",
                    HtmlText(same), ".</p>\n");
  }
  return html;
}

std::string EventTable(const RunRecord& record) {
  std::vector<const RecordedLine*> events;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "event") events.push_back(&line);
  }
  if (events.empty()) return "";
  std::vector<std::string> rows;
  for (size_t first = 0, end = 0; first < events.size(); first = end) {
    const std::string kind = events[first]->Text("event");
    while (end < events.size() && events[end]->Text("event") == kind) ++end;
    const bool many = end - first > kMaxAlike;
    for (size_t i = first; i < (many ? first + 1 : end); ++i)
      rows.push_back(EventRow(*events[i], events[i]->Text("detail")));
    if (!many) continue;
    const RecordedLine& last = *events[end - 1];
    rows.push_back(EventRow(
        last, absl::StrCat(GroupedText(end - first - 1),
                           " more of this kind until here. The last: ", last.Text("detail"))));
  }
  std::string html = "<table class=\"sample\"><tr><th class=\"text\">step<th class=\"text\">event";
  if (rows.size() > kMaxEvents) {
    absl::StrAppend(&html,
                    "\n<tr><td><td class=\"text wrap\">Earlier events are in metrics.jsonl.");
    rows.erase(rows.begin(), rows.end() - kMaxEvents);
  }
  for (const std::string& row : rows) html += row;
  return html + "\n</table>\n";
}

}  // namespace elman
