#include "trainer/record/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "trainer/record/report/chart.h"
#include "trainer/record/report/curves.h"
#include "trainer/record/report/diagnostics_section.h"
#include "trainer/record/report/example_pictures.h"
#include "trainer/record/report/html.h"
#include "trainer/record/report/metric_names.h"
#include "trainer/record/report/next_commands.h"

namespace elman {
namespace {

// The colors of the series, in light and dark mode, can be distinguished with red-green color
// blindness. Texts on shaded cells keep a contrast above 4.5, because --most limits the shade.
constexpr char kHead[] = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --panel: #f5f6f8; --rule: #dfe3e8;
  --edge: rgb(31 35 40 / 30%); --blue: 47 109 179; --orange: 194 87 26; --most: .7;
  --s0: #2f6db3; --s1: #c2571a; --s2: #1b8a72; --s3: #a8458b; --s4: #8a7a12; --s5: #6b7280; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #9aa4af; --paper: #14171b; --panel: #1d2127; --rule: #333a43;
    --edge: rgb(230 232 235 / 35%); --blue: 110 168 232; --orange: 240 149 90; --most: .5;
    --s0: #6ea8e8; --s1: #f0955a; --s2: #4cc3a7; --s3: #dd8ac4; --s4: #d2bf4a; --s5: #9aa4af; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 110rem; margin: 1.5rem auto;
  padding: 0 1rem; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p { max-width: 60rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); } header .soft { margin: .2rem 0 1rem; }
dl { display: grid; grid-template-columns: fit-content(65%) 1fr; gap: .15rem 1rem; margin: 0 0 1rem;
  max-width: 60rem; }
.numbers, .charts + .scroll { margin-top: 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; }
.card { background: var(--panel); border-radius: .5rem; padding: .6rem 1rem; }
.card b { display: block; font-size: 1.3rem; font-weight: 600; }
.card span { color: var(--soft); font-size: .85rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr));
  gap: 1.2rem; align-items: end; }
figure { margin: 0; min-width: 0; } figcaption { font-weight: 600; margin-bottom: .3rem; }
.plot { display: block; width: 100%; height: 17rem; overflow: visible; background: var(--panel);
  border-radius: .5rem; padding: 1.8rem 1rem 2.6rem 4.2rem; }
.plot text { font-size: 12px; fill: var(--soft); } .plot .grid { stroke: var(--rule); }
.plot line.best { stroke: var(--ink); stroke-dasharray: 4 3; } .plot text.best { fill: var(--ink); }
polyline { fill: none; stroke-width: 1.8; stroke: var(--c); vector-effect: non-scaling-stroke; }
circle, polygon, .heat { fill: var(--c); }
.key { font-weight: 400; font-size: .85rem; margin-left: .8rem; white-space: nowrap; }
.key::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .35em;
  border-radius: 2px; background: var(--c); }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); }
.s3 { --c: var(--s3); } .s4 { --c: var(--s4); } .s5 { --c: var(--s5); }
.scroll { overflow-x: auto; scrollbar-width: thin; scrollbar-color: var(--soft) var(--rule);
  margin-bottom: 1rem; padding-bottom: .4rem; background:
  linear-gradient(to right, var(--paper) 40%, transparent) left / 2rem 100% no-repeat local,
  linear-gradient(to left, var(--paper) 40%, transparent) right / 2rem 100% no-repeat local,
  linear-gradient(to right, var(--edge), transparent) left / .8rem 100% no-repeat scroll,
  linear-gradient(to left, var(--edge), transparent) right / .8rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid var(--rule);
  vertical-align: top; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
td.text, th.text { text-align: left; }
td.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
tr.best td, .best th { font-weight: 600; color: var(--ink); }
table.sample { width: 100%; max-width: 60rem; margin-bottom: 1.2rem; table-layout: fixed; }
.sample tr > :first-child { width: 6rem; white-space: normal; }
.sample tr.best td { font-weight: 400; }
mark { color: inherit; background: rgb(var(--orange) / 40%); border-radius: 2px; }
.matrix td { min-width: 2.4rem; padding: .15rem .3rem; text-align: center;
  border: 1px solid var(--paper); font-size: .8rem; }
.matrix th { padding: .15rem .5rem .15rem 0; border: 0; vertical-align: bottom; color: var(--ink); }
.matrix th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: pre; }
.matrix th:first-child { position: sticky; left: 0; background: var(--paper); }
.bar { width: 12rem; min-width: 5rem; }
.bar i { display: block; height: .8em; margin-top: .35em; min-width: 1px; border-radius: 2px;
  background: var(--s0); }
[class^="q"] { background: rgb(var(--shade) / calc(var(--most) * var(--q))); }
.matrix { --shade: var(--blue); } .tokens { --shade: var(--orange); }
.q0 { --q: 0; } .q1 { --q: .125; } .q2 { --q: .25; } .q3 { --q: .375; } .q4 { --q: .5; }
.q5 { --q: .625; } .q6 { --q: .75; } .q7 { --q: .875; } .q8 { --q: 1; }
.tokens { white-space: pre-wrap; line-height: 1.8; } .tokens span { padding: .15em 0; }
pre { background: var(--panel); border-radius: .5rem; padding: .8rem 1rem; font-size: .85rem;
  white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; max-width: 60rem; }
pre.command { user-select: all; line-break: anywhere; }
summary { cursor: pointer; font-size: 1.15rem; font-weight: 600; margin: 2.2rem 0 .5rem; }
</style>
)html";

constexpr size_t kMaxEvents = 200, kMaxRows = 100;
constexpr size_t kMaxOutputs = 6;  // of a sample

std::string StepText(int64_t step) { return ReadableText(static_cast<double>(step)); }

std::string StateText(const ReportPage& page, const RunRecord& record) {
  if (record.lines().empty()) return page.running ? "Starting" : "Nothing is recorded yet";
  const RecordedLine& last = record.lines().back();
  std::string how = page.running ? "Running" : "Ended";
  for (const RecordedLine& line : record.lines()) {
    const std::string event = line.Text("event");
    if (page.running || line.kind != "event" || line.step != last.step) continue;
    if (event == "finished") how = "Finished";
    if (event == "stopped") how = "Stopped";
  }
  std::optional<double> epoch;
  for (const RecordedLine& line : record.lines()) {
    const auto number = line.Number("epoch");
    if (number && std::isfinite(*number)) epoch = number;
  }
  return absl::StrCat(how, page.running ? ", step " : " at step ", StepText(last.step),
                      epoch ? absl::StrCat(", epoch ", ReadableText(*epoch)) : "",
                      page.running ? ". This page reloads itself every 30 seconds." : "");
}

// When the run started and how long it has been running, in seconds since 1970 and in seconds. The
// time between an interruption and the resume does not count.
struct RunTimes {
  double started = 0, seconds = 0;
};

RunTimes TimesOf(const ReportPage& page, const RunRecord& record) {
  RunTimes times{page.started, 0};
  std::optional<double> before;
  for (const RecordedLine& line : record.lines()) {
    const std::optional<double> time = line.Number("time");
    if (!time || !std::isfinite(*time)) continue;
    if (!before) times.started = std::min(page.started, *time);
    const double from = before.value_or(times.started);
    if (line.Text("event") != "resumed") times.seconds += std::max(0.0, *time - from);
    before = time;
  }
  return times;
}

// The main metrics of a validation, "perplexity 29.6, bits per byte 1.31", or its loss if it has no
// others.
std::string ResultText(const RecordedLine& best) {
  constexpr int kMax = 2;
  std::string text;
  int shown = 0;
  for (const char* key : MainMetrics()) {
    const auto value = best.Number(key);
    if (!value || shown == kMax || (shown > 0 && key == MainMetrics().back())) continue;
    absl::StrAppend(&text, shown++ > 0 ? ", " : "", MetricName(key), " ", MetricText(key, *value));
  }
  return text;
}

std::string Header(const ReportPage& page, const RunRecord& record, const RecordedLine* best) {
  const RunTimes times = TimesOf(page, record);
  std::string html =
      absl::StrCat("<header>\n<h1>", HtmlText(page.title), "</h1>\n<p class=\"soft\">",
                   HtmlText(StateText(page, record)), "</p>\n<dl>\n");
  for (const auto& [name, value] : page.run.facts) html += Definition(name, value);
  if (times.started > 0) html += Definition("started", MetricText("time", times.started));
  if (times.seconds > 0) html += Definition("duration", MetricText("seconds", times.seconds));
  if (best != nullptr) {
    html += Definition("result", absl::StrCat(ResultText(*best), " (validation at step ",
                                              StepText(best->step), ")"));
  }
  html += "</dl>\n";
  if (!page.run.data.empty()) {
    absl::StrAppend(
        &html,
        "<p>To reproduce the run, with the same bits (click to select the command, then copy it; "
        "with <code>elman-run</code> in front it uses several ranks):</p>\n"
        "<pre class=\"command\">",
        HtmlText(ReproduceCommand(page.title, page.run.data, page.run.options)), "</pre>\n");
  }
  return html + "</header>\n";
}

std::string Card(const std::string& name, const std::string& value) {
  return absl::StrCat("<div class=\"card\"><b>", HtmlText(value), "</b><span>", HtmlText(name),
                      "</span></div>\n");
}

// The main metrics of the best validation and of training.
std::string Cards(const RunCurves& curves, const RecordedLine* best) {
  std::string html;
  for (const char* key : MainMetrics()) {
    const auto value = best == nullptr ? std::nullopt : best->Number(key);
    if (value) html += Card("validation " + MetricName(key), MetricText(key, *value));
  }
  const auto add_last = [&](const std::string& name, const char* key) {
    const std::vector<RecordedPoint> points = curves.Train(key);
    if (!points.empty()) html += Card(name, ReadableText(points.back().value));
  };
  add_last("training loss (nats per target)", "loss");
  add_last("tokens/s", "tokens_per_second");
  if (html.empty()) return "";
  return absl::StrCat("<div class=\"cards\">\n", html, "</div>\n");
}

// Selects evenly spaced elements, including the first and the last.
template <typename T>
std::vector<T> Some(const std::vector<T>& items, size_t most) {
  if (items.size() <= most) return items;
  std::vector<T> some;
  for (size_t i = 0; i < most; ++i) some.push_back(items[i * (items.size() - 1) / (most - 1)]);
  return some;
}

// As Some, and including `one` if it is among the items.
std::vector<const RecordedLine*> SomeAnd(const std::vector<const RecordedLine*>& items, size_t most,
                                         const RecordedLine* one) {
  std::vector<const RecordedLine*> some = Some(items, most);
  const bool missing = std::ranges::count(items, one) > 0 && std::ranges::count(some, one) == 0;
  if (missing) some.insert(std::ranges::upper_bound(some, one), one);
  return some;
}

// A table of the lines of a kind, with their numbers as columns. Numbers that are the same in all
// lines are in a sentence instead.
std::string Table(const std::string& name, const RunRecord& record, std::string_view kind,
                  const RecordedLine* best) {
  std::vector<std::string> columns = {"step", "epoch"};
  columns.insert(columns.end(), MainMetrics().begin(), MainMetrics().end());
  std::vector<const RecordedLine*> lines;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind != kind) continue;
    lines.push_back(&line);
    for (const auto& [column, value] : line.numbers) {
      if (column != "best" && column != "comparable" && column != "time" &&
          std::ranges::find(columns, column) == columns.end())
        columns.push_back(column);
    }
  }
  if (lines.empty()) return "";
  columns.emplace_back("time");
  std::erase_if(columns, [&](const std::string& column) {
    return std::ranges::none_of(
        lines, [&](const RecordedLine* line) { return line->Number(column).has_value(); });
  });
  std::string same;
  std::erase_if(columns, [&](const std::string& column) {
    const auto first = lines[0]->Number(column);
    if (lines.size() < 2 || column == "epoch" || !first || !std::isfinite(*first)) return false;
    for (const RecordedLine* line : lines) {
      if (line->Number(column) != first) return false;
    }
    absl::StrAppend(&same, same.empty() ? "" : ", ", MetricName(column), " ",
                    MetricText(column, *first));
    return true;
  });
  std::string html = "<table><tr>";
  for (const std::string& column : columns)
    absl::StrAppend(&html, "<th scope=\"col\">", HtmlText(MetricName(column)));
  for (const RecordedLine* line : SomeAnd(lines, kMaxRows, best)) {
    absl::StrAppend(&html, "\n<tr", line == best ? " class=\"best\">" : ">");
    for (const std::string& column : columns) {
      const std::optional<double> value = line->Number(column);
      absl::StrAppend(&html, "<td>", value ? MetricText(column, *value) : "");
    }
  }
  html = Scrolling(name, html + "\n</table>");
  if (!same.empty())
    absl::StrAppend(&html, "<p class=\"soft\">The same in all lines: ", HtmlText(same), ".</p>\n");
  if (lines.size() > kMaxRows) {
    absl::StrAppend(&html, "<p class=\"soft\">About ", kMaxRows, " of ",
                    StepText(std::ssize(lines)), " lines; all are in metrics.jsonl.</p>\n");
  }
  return html;
}

std::string Events(const RunRecord& record) {
  std::vector<const RecordedLine*> events;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "event") events.push_back(&line);
  }
  if (events.empty()) return "";
  std::string html = "<table class=\"sample\"><tr><th class=\"text\">step<th class=\"text\">event";
  if (events.size() > kMaxEvents) {
    absl::StrAppend(&html, "\n<tr><td><td class=\"text wrap\">",
                    StepText(std::ssize(events) - int64_t{kMaxEvents}),
                    " earlier ones are in metrics.jsonl");
    events.erase(events.begin(), events.end() - kMaxEvents);
  }
  for (const RecordedLine* line : events) {
    absl::StrAppend(&html, "\n<tr><td class=\"text\">", StepText(line->step),
                    "<td class=\"text wrap\">", HtmlText(line->Text("detail")));
  }
  return html + "\n</table>\n";
}

// Text without the space that it may begin with, as the continuation of another one does.
std::string WithoutSpace(const std::string& text) {
  return text.starts_with(' ') ? text.substr(1) : text;
}

// Marks the words of an output whose tags differ from the expected ones: "Paris/city".
std::string MarkedText(const std::string& output, const std::string& expected) {
  const std::vector<std::string> found = absl::StrSplit(output, ' ');
  const std::vector<std::string> wanted = absl::StrSplit(expected, ' ');
  const bool tags =
      found.size() == wanted.size() && std::ranges::all_of(wanted, [](const std::string& word) {
        return absl::StrContains(word, '/');
      });
  if (!tags) return HtmlText(output);
  std::string html;
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string word = HtmlText(found[i]);
    absl::StrAppend(&html, i > 0 ? " " : "",
                    found[i] == wanted[i] ? word : absl::StrCat("<mark>", word, "</mark>"));
  }
  return html;
}

// Shows each sample and the model's outputs for it over time.
std::string Samples(const RunRecord& record, const RecordedLine* best) {
  std::map<double, std::vector<const RecordedLine*>> samples;  // by number
  for (const RecordedLine& line : record.lines()) {
    const std::optional<double> number = line.Number("sample");
    if (line.kind == "sample" && number && std::isfinite(*number))
      samples[*number].push_back(&line);
  }
  std::string html;
  for (const auto& [number, lines] : samples) {
    const auto row = [&](const std::string& name, const std::string& text, bool marked) {
      absl::StrAppend(&html, marked ? "\n<tr class=\"best\">" : "\n<tr>",
                      "<th scope=\"row\" class=\"text\">", name, "<td class=\"text wrap\">", text);
    };
    const std::string expected = WithoutSpace(lines.back()->Text("expected"));
    html += "<table class=\"sample\">";
    row("input", HtmlText(lines.back()->Text("input")), false);
    row("expected", HtmlText(expected), false);
    const auto of_best = std::ranges::find_if(lines, [&](const RecordedLine* line) {
      return best != nullptr && line->step == best->step;
    });
    const RecordedLine* const marked = of_best == lines.end() ? nullptr : *of_best;
    for (const RecordedLine* line : SomeAnd(lines, kMaxOutputs, marked)) {
      row(absl::StrCat("step&nbsp;", StepText(line->step), line == marked ? " (best)" : ""),
          MarkedText(WithoutSpace(line->Text("output")), expected), line == marked);
    }
    html += "\n</table>\n";
  }
  return html;
}

StepAxis AxisOfSteps(const RunRecord& record, const RecordedLine* best) {
  StepAxis axis{.first = HUGE_VAL, .last = 0};
  int lines = 0;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind != "train" && line.kind != "valid" && line.kind != "diagnostics") continue;
    axis.first = std::min(axis.first, static_cast<double>(line.step));
    axis.last = std::max(axis.last, static_cast<double>(line.step));
    ++lines;
  }
  // A run that continues another one has no curves of the steps before. A short run has not either,
  // but its axis begins at 0.
  constexpr int kFewLines = 10;
  if (lines < kFewLines || axis.first < axis.last / 2) axis.first = 0;
  if (axis.last <= axis.first) axis.last = axis.first + 1;
  if (best != nullptr) axis.best = static_cast<double>(best->step);
  return axis;
}

std::string Details(const ReportPage& page) {
  std::string html;
  for (const auto& [name, value] : page.run.details) html += Definition(name, value);
  return html.empty() ? "" : absl::StrCat("<dl>\n", html, "</dl>\n");
}

}  // namespace

absl::Status WriteReportPage(const std::string& path, const ReportPage& page,
                             const RunRecord& record) {
  const RecordedLine* const best = record.BestValidation();
  const int64_t best_step = best == nullptr ? 0 : best->step;
  const StepAxis axis = AxisOfSteps(record, best);
  std::string html = kHead;
  if (page.running) html += "<meta http-equiv=\"refresh\" content=\"30\">\n";
  absl::StrAppend(&html, "<title>", HtmlText(page.title), "</title>\n<main>\n",
                  Header(page, record, best));
  html += Section("Results", Cards(RunCurves(record), best));
  html += Section("Examples of the validation split", Samples(record, best));
  if (best != nullptr) {
    html += LabelSections(record, best_step);
    html += AttentionSection(record, best_step);
    html += SurprisalSection(record, best_step);
  }
  html += Section("Curves", CurvesHtml(record, axis));
  html += DiagnosticsSection(record, axis);
  html += Section("Validations", Table("Validations", record, "valid", best));
  html += Section("Epochs", Table("Epochs", record, "epoch", nullptr));
  html += Section("Events", Events(record));
  html += Section("The run", Details(page));
  absl::StrAppend(&html, "<details><summary>Configuration</summary>\n<pre>",
                  HtmlText(page.configuration), "</pre></details>\n</main>\n</html>\n");
  return WriteFile(path, html);
}

}  // namespace elman
