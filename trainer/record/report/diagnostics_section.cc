#include "trainer/record/report/diagnostics_section.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "data/format/number_text.h"
#include "trainer/record/report/heat_map.h"
#include "trainer/record/report/html.h"

namespace elman {
namespace {

constexpr char kKind[] = "diagnostics", kUnknown[] = "unknown";
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
std::string Curves(const RunRecord& record, const StepAxis& axis, const std::string& title,
                   const std::string& prefix, const std::string& suffix) {
  const std::vector<std::string> names = NamesIn(record, prefix, suffix);
  std::string html;
  for (size_t first = 0; first < names.size(); first += kSeriesAChart) {
    Chart chart{.title = title, .series = {}, .logarithmic = true};
    for (size_t i = first; i < std::min(names.size(), first + kSeriesAChart); ++i)
      chart.series.push_back(
          {names[i], record.Points(kKind, absl::StrCat(prefix, names[i], suffix))});
    if (chart.series.size() == 1) chart.title += absl::StrCat(": ", names[first]);
    if (first > 0) absl::StrAppend(&chart.title, " (continued)");
    html += LineChart(chart, axis);
  }
  return html;
}

std::string HeatMaps(const RunRecord& record, const StepAxis& axis) {
  std::vector<std::string> names;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == kKind) AddNames(line.lists, "lags.", ".ratio", &names);
  }
  std::string html;
  for (const std::string& name : names) {
    HeatMap map{.title = absl::StrCat("Gradient of ", name, " by steps back in time"),
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
    html += HeatMapChart(map, axis);
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
  const auto has = [&](const std::string& column) {
    return std::ranges::any_of(line.numbers, [&](const auto& number) {
      return number.first.starts_with("gates.") && number.first.ends_with("." + column);
    });
  };
  std::vector<std::string> names;
  AddNames(line.numbers, "gates.", ".mean", &names);
  if (names.empty()) return "";
  std::string html = absl::StrCat(
      "<h3>Gates and units at step ", ReadableText(static_cast<double>(line.step)),
      "</h3>\n<p class=\"soft\">Mean of the activations, and fractions of them: gates that are "
      "almost closed (below 0.1) or open (above 0.9), units that are saturated (beyond \u00b10.95) "
      "or zero.</p>\n");
  std::string table = "<table><tr><th class=\"text\">activation";
  for (const auto& column : kColumns) {
    if (has(column[0])) absl::StrAppend(&table, "<th scope=\"col\">", column[1]);
  }
  for (const std::string& name : names) {
    absl::StrAppend(&table, "\n<tr><td class=\"text\">", HtmlText(name));
    for (const auto& column : kColumns) {
      const auto value = line.Number(absl::StrCat("gates.", name, ".", column[0]));
      if (has(column[0])) absl::StrAppend(&table, "<td>", value ? FixedText(*value, 3) : "");
    }
  }
  return html + Scrolling("Gates and units at the last diagnosis", table + "\n</table>");
}

// Returns the last diagnosis that found something out; the last one if none did. A step of short
// sequences may be too short to be diagnosed, although others are not.
const RecordedLine& LastKnown(const RunRecord& record, const RecordedLine& last) {
  const RecordedLine* known = &last;
  for (const RecordedLine& line : record.lines()) {
    const bool is_known = line.kind == kKind && line.Text("verdict") != kUnknown;
    if (is_known) known = &line;
  }
  return *known;
}

// "At step 500, vanishing. The gradient ..." from "vanishing: the gradient ...".
std::string DiagnosisHtml(const RecordedLine& line) {
  const std::string verdict = line.Text("verdict"), words = line.Text("words");
  absl::string_view rest = words;
  std::string html =
      absl::StrCat("<p>Diagnosis at step ", ReadableText(static_cast<double>(line.step)), ": ");
  if (!verdict.empty() && absl::ConsumePrefix(&rest, verdict + ": ")) {
    absl::StrAppend(&html, "<b>", HtmlText(verdict), "</b>. ");
    std::string sentence(rest);
    if (!sentence.empty()) sentence[0] = absl::ascii_toupper(sentence[0]);
    return absl::StrCat(html, HtmlText(sentence), ".</p>\n");
  }
  return absl::StrCat(html, HtmlText(words), "</p>\n");
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

std::string DiagnosticsSection(const RunRecord& record, const StepAxis& axis) {
  const RecordedLine* const last = LastDiagnosis(record);
  if (last == nullptr) return "";
  std::string html = DiagnosisHtml(LastKnown(record, *last));
  std::string charts = HeatMaps(record, axis);
  if (!charts.empty()) {
    html +=
        "<p class=\"soft\">The first charts show how far gradients reach back: the norm of the "
        "gradient of a recurrent state, relative to its norm at 0 steps back, which is 1. Areas "
        "without color are longer than the sequences, or 0.</p>\n";
  }
  charts += Curves(record, axis, "Norm of an update relative to the weights, by layer", "layers.",
                   ".update_ratio");
  charts += Curves(record, axis, "Gradient norm by layer", "layers.", ".gradient");
  charts +=
      Curves(record, axis, "Steps after which units forget (median)", "time_constants.", ".median");
  const std::vector<RecordedPoint> clipped = record.Points(kKind, "clip_rate");
  if (IsConstant(clipped)) {
    absl::StrAppend(&html, "<p>Updates whose gradient was clipped by its norm: ",
                    ReadableText(100 * clipped[0].value, 3), " %.</p>\n");
  } else {
    charts += LineChart({.title = "Fraction of updates whose gradient was clipped by its norm",
                         .series = {{"clip rate", clipped}},
                         .from_zero = true},
                        axis);
  }
  if (!charts.empty()) absl::StrAppend(&html, "<div class=\"charts\">\n", charts, "</div>\n");
  html += GateTable(*last);
  const std::string missing = last->Text("missing");
  if (!missing.empty())
    absl::StrAppend(&html, "<p class=\"soft\">Not shown: ", HtmlText(missing), "</p>\n");
  return Section("Gradients", html);
}

}  // namespace elman
