#include "trainer/record/report/diagnostics_section.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "data/format/number_text.h"
#include "trainer/record/report/chart.h"
#include "trainer/record/report/heat_map.h"

namespace elman {
namespace {

constexpr char kKind[] = "diagnostics";
constexpr size_t kSeriesAChart = 6;  // number of colors of the page

// Returns the names between the prefix and the suffix of the keys of all lines.
template <typename Map>
void AddNames(const Map& map, std::string_view prefix, std::string_view suffix,
              std::vector<std::string>* names) {
  for (const auto& [key, value] : map) {
    absl::string_view name(key);
    if (!absl::ConsumePrefix(&name, {prefix.data(), prefix.size()}) ||
        !absl::ConsumeSuffix(&name, {suffix.data(), suffix.size()}))
      continue;
    if (std::ranges::find(*names, std::string(name)) == names->end()) names->emplace_back(name);
  }
}

std::vector<std::string> NamesIn(const RunRecord& record, std::string_view prefix,
                                 std::string_view suffix) {
  std::vector<std::string> names;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == kKind) AddNames(line.numbers, prefix, suffix, &names);
  }
  return names;
}

// Draws curves of the numbers PREFIX name SUFFIX, in as many charts as needed.
std::string Curves(const RunRecord& record, const std::string& title, const std::string& prefix,
                   const std::string& suffix, bool logarithmic) {
  const std::vector<std::string> names = NamesIn(record, prefix, suffix);
  std::string html;
  for (size_t first = 0; first < names.size(); first += kSeriesAChart) {
    Chart chart{.title = title, .series = {}, .logarithmic = logarithmic};
    for (size_t i = first; i < std::min(names.size(), first + kSeriesAChart); ++i)
      chart.series.push_back({names[i], record.Points(kKind, prefix + names[i] + suffix)});
    if (chart.series.size() == 1) chart.title += absl::StrCat(": ", names[first]);
    html += LineChart(chart);
  }
  return html;
}

std::string HeatMaps(const RunRecord& record) {
  std::vector<std::string> names;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == kKind) AddNames(line.lists, "lags.", ".ratio", &names);
  }
  std::string html;
  for (const std::string& name : names) {
    HeatMap map{.title = absl::StrCat("Gradient of ", name, " by steps back"),
                .distance = "steps back",
                .columns = {}};
    for (const RecordedLine& line : record.lines()) {
      if (line.kind != kKind) continue;
      HeatColumn column{.step = line.step, .distances = {}, .values = {}};
      for (const RecordedPoint& point : GradientByLag(line, name)) {
        column.distances.push_back(point.step);
        column.values.push_back(point.value);
      }
      map.columns.push_back(std::move(column));
    }
    html += HeatMapChart(map);
  }
  return html;
}

// Statistics of gates and units of the last diagnosis.
std::string GateTable(const RecordedLine& line) {
  constexpr const char* kColumns[][2] = {{"mean", "mean"},
                                         {"closed", "below 0.1"},
                                         {"open", "above 0.9"},
                                         {"saturated", "beyond \u00b10.95"},
                                         {"off", "zero"}};
  std::vector<std::string> names;
  AddNames(line.numbers, "gates.", ".mean", &names);
  if (names.empty()) return "";
  std::string html = "<div class=\"scroll\"><table><tr><th class=\"text\">activation";
  for (const auto& column : kColumns) absl::StrAppend(&html, "<th>", column[1]);
  for (const std::string& name : names) {
    absl::StrAppend(&html, "\n<tr><td class=\"text\">", HtmlText(name));
    for (const auto& column : kColumns) {
      const auto value = line.Number(absl::StrCat("gates.", name, ".", column[0]));
      absl::StrAppend(&html, "<td>", value ? FixedText(*value, 3) : "");
    }
  }
  return html + "\n</table></div>\n";
}

std::string TextOf(const RecordedLine& line, const std::string& key) {
  const auto found = line.texts.find(key);
  return found == line.texts.end() ? "" : found->second;
}

}  // namespace

const RecordedLine* LastDiagnosis(const RunRecord& record) {
  const auto& lines = record.lines();
  const auto found = std::ranges::find(lines.rbegin(), lines.rend(), kKind, &RecordedLine::kind);
  return found == lines.rend() ? nullptr : &*found;
}

std::vector<std::string> FollowedRecurrences(const RecordedLine& line) {
  std::vector<std::string> names;
  AddNames(line.lists, "lags.", ".ratio", &names);
  return names;
}

std::vector<RecordedPoint> GradientByLag(const RecordedLine& line, const std::string& recurrence) {
  const auto lags = line.lists.find(absl::StrCat("lags.", recurrence, ".lag"));
  const auto ratios = line.lists.find(absl::StrCat("lags.", recurrence, ".ratio"));
  if (lags == line.lists.end() || ratios == line.lists.end()) return {};
  std::vector<RecordedPoint> points;
  for (size_t i = 0; i < std::min(lags->second.size(), ratios->second.size()); ++i)
    points.push_back({lags->second[i], ratios->second[i]});
  return points;
}

std::string DiagnosticsSection(const RunRecord& record) {
  const RecordedLine* const last = LastDiagnosis(record);
  if (last == nullptr) return "";
  std::string html = absl::StrCat("<h2>Gradients</h2>\n<p>At step ", last->step, ": ",
                                  HtmlText(TextOf(*last, "words")), "</p>\n", HeatMaps(record));
  html += Curves(record, "Norm of an update beside that of the weights, by layer", "layers.",
                 ".update_ratio", /*logarithmic=*/true);
  html += Curves(record, "Gradient norm by layer", "layers.", ".gradient", /*logarithmic=*/true);
  html += Curves(record, "Steps after which units forget, the median", "time_constants.", ".median",
                 /*logarithmic=*/true);
  html += LineChart({.title = "Share of updates whose gradient was clipped by its norm",
                     .series = {{"clip rate", record.Points(kKind, "clip_rate")}},
                     .from_zero = true});
  html += GateTable(*last);
  const std::string missing = TextOf(*last, "missing");
  if (!missing.empty())
    absl::StrAppend(&html, "<p class=\"state\">Not shown: ", HtmlText(missing), "</p>\n");
  return html;
}

}  // namespace elman
