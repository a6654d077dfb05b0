#include "trainer/record/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "trainer/record/report/chart.h"
#include "trainer/record/report/curves.h"
#include "trainer/record/report/diagnostics_section.h"
#include "trainer/record/report/example_pictures.h"
#include "trainer/record/report/html.h"
#include "trainer/record/report/metric_names.h"
#include "trainer/record/report/next_commands.h"
#include "trainer/record/report/page_style.h"
#include "trainer/record/report/record_tables.h"
#include "trainer/record/report/samples_section.h"

namespace elman {
namespace {

std::string StepText(int64_t step) { return ReadableText(static_cast<double>(step)); }

std::string StateText(const ReportPage& page, const RunRecord& record) {
  if (record.lines().empty()) return page.running ? "Starting" : "Nothing is recorded yet";
  const RecordedLine& last = record.lines().back();
  std::string how = page.running ? "Running" : "Ended";
  int64_t step = last.step;
  for (const RecordedLine& line : record.lines()) {
    if (page.running || line.kind != "event") continue;
    const std::string event = line.Text("event");
    if (event == "resumed") how = "Ended", step = last.step;
    // The last steps before a divergence are recorded after it.
    if (event == "diverged") how = "Diverged", step = line.step;
    if (event == "finished" && line.step == last.step) how = "Finished";
    if (event == "stopped" && line.step == last.step) how = "Stopped";
  }
  std::optional<double> epoch;
  for (const RecordedLine& line : record.lines()) {
    const auto number = line.Number("epoch");
    if (number && std::isfinite(*number)) epoch = number;
  }
  return absl::StrCat(how, page.running ? ", step " : " at step ", StepText(step),
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

// How often the run was resumed, and where last; empty if never.
std::string ResumedText(const RunRecord& record) {
  int64_t times = 0, step = 0;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind != "event" || line.Text("event") != "resumed") continue;
    ++times;
    step = line.step;
  }
  if (times == 0) return "";
  if (times == 1) return absl::StrCat("at step ", StepText(step));
  return absl::StrCat(StepText(times), " times, the last time at step ", StepText(step));
}

// The command with places where a long path may be broken into lines. They are not copied with it.
std::string CommandHtml(const std::string& command) {
  return absl::StrReplaceAll(HtmlText(command), {{"/", "/<wbr>"}});
}

// The main metrics of a validation, "perplexity 29.6, bits per byte 1.31", or its loss if it has no
// others.
std::string ResultText(const RecordedLine& best) {
  constexpr int kMax = 2;
  std::string text;
  int shown = 0;
  for (const char* key : MainMetrics()) {
    const auto value = best.Number(key);
    if (!value || shown == kMax || (shown > 0 && key == MainMetrics().back()) ||
        SaysNothing(best, key))
      continue;
    absl::StrAppend(&text, shown++ > 0 ? ", " : "", MetricName(key), " ", MetricText(key, *value));
  }
  return text;
}

std::string Header(const ReportPage& page, const RunRecord& record, const RecordedLine* best) {
  const RunTimes times = TimesOf(page, record);
  std::string html =
      absl::StrCat("<header>\n<h1>", HtmlText(page.title), "</h1>\n<p class=\"soft\">",
                   HtmlText(StateText(page, record)), "</p>\n");
  std::string facts;
  for (const auto& [name, value] : page.run.facts) facts += Definition(name, value);
  if (times.started > 0) facts += Definition("started", TimeText(times.started));
  if (times.seconds > 0) facts += Definition("duration", MetricText("seconds", times.seconds));
  facts += Definition("resumed", ResumedText(record));
  if (best != nullptr) {
    facts += Definition("result", absl::StrCat(ResultText(*best), " (validation at step ",
                                               StepText(best->step), ")"));
  }
  std::string columns = absl::StrCat("<dl>\n", facts, "</dl>\n");
  if (!page.run.data.empty()) {
    absl::StrAppend(
        &columns,
        "<div class=\"grow\"><p>This command trains the same run again, with bit-identical "
        "results. Click it to select it. Put <code>elman-run</code> in front of it to use several "
        "ranks.</p>\n<pre class=\"command\">",
        CommandHtml(ReproduceCommand(page.title, page.run.data, page.run.options)),
        "</pre></div>\n");
  }
  return absl::StrCat(html, Row(columns), "</header>\n");
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
    if (value && !SaysNothing(*best, key))
      html += Card("validation " + MetricName(key), MetricText(key, *value));
  }
  if (const auto losses = curves.Train("loss"); !losses.empty())
    html += Card("training loss (nats per target)", MetricText("loss", losses.back().value));
  if (const auto speeds = curves.Train("tokens_per_second"); !speeds.empty())
    html += Card("tokens/s (median)", ReadableText(std::round(MedianOf(speeds))));
  if (html.empty()) return "";
  return absl::StrCat("<div class=\"cards\">\n", html, "</div>\n");
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
  std::string html = kPageHead;
  if (page.running) html += "<meta http-equiv=\"refresh\" content=\"30\">\n";
  absl::StrAppend(&html, "<title>", HtmlText(page.title), "</title>\n<main>\n",
                  Header(page, record, best));
  html += Section("Results", Cards(RunCurves(record), best));
  html += SamplesSection(record, best);
  html += NeighborsSection(record, best);
  if (best != nullptr) {
    html += Row(LabelSections(record, best_step));
    html += AttentionSection(record, best_step);
    html += SurprisalSection(record, best_step);
  }
  html += CurvesSection(record, axis);
  html += DiagnosticsSection(record, axis);
  html += Row(Section("Validations", MetricTable(record, "valid", "validation", best)) +
              Section("Epochs", MetricTable(record, "epoch", "epoch", /*best=*/nullptr)));
  html += Row(Section("Events", EventTable(record)) + Section("The run", Details(page)));
  absl::StrAppend(&html, "<details><summary>Configuration</summary>\n<pre>",
                  HtmlText(page.configuration), "</pre></details>\n</main>\n</html>\n");
  return WriteFile(path, html);
}

}  // namespace elman
