#include "trainer/record/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "trainer/record/report/chart.h"
#include "trainer/record/report/diagnostics_section.h"

namespace elman {
namespace {

// The colors of the series, in light and dark mode, can be distinguished with red-green color
// blindness.
constexpr char kHead[] = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>
:root { --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --panel: #f5f6f8; --rule: #dfe3e8;
  --s0: #2f6db3; --s1: #c2571a; --s2: #1b8a72; --s3: #a8458b; --s4: #8a7a12; --s5: #6b7280; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #9aa4af; --paper: #14171b; --panel: #1d2127; --rule: #333a43;
    --s0: #6ea8e8; --s1: #f0955a; --s2: #4cc3a7; --s3: #dd8ac4; --s4: #d2bf4a; --s5: #9aa4af; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.state { color: var(--soft); margin: .2rem 0 1.2rem; }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; }
.card { background: var(--panel); border-radius: .5rem; padding: .6rem 1rem; }
.card b { display: block; font-size: 1.3rem; font-weight: 600; }
.card span { color: var(--soft); font-size: .85rem; }
figure { margin: 1.2rem 0; } figcaption { font-weight: 600; margin-bottom: .2rem; }
svg { width: 100%; height: auto; background: var(--panel); border-radius: .5rem; }
svg text { font-size: 11px; fill: var(--soft); } svg .grid { stroke: var(--rule); }
polyline { fill: none; stroke-width: 1.6; stroke: var(--c); } circle, polygon, .heat { fill: var(--c); }
@media (max-width: 40rem) { svg text { font-size: 20px; } }
.key { font-weight: 400; font-size: .85rem; margin-left: .8rem; white-space: nowrap; }
.key::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .35em;
  border-radius: 2px; background: var(--c); }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); }
.s3 { --c: var(--s3); } .s4 { --c: var(--s4); } .s5 { --c: var(--s5); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 500; } td.text, th.text { text-align: left; }
tr.best td { font-weight: 600; }
table.sample { width: 100%; margin-bottom: 1.2rem; table-layout: fixed; }
.sample th, .sample tr > :first-child { width: 6.5rem; color: var(--soft); vertical-align: top; }
.sample td.text { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: var(--panel); border-radius: .5rem; padding: 1rem; overflow: auto; font-size: .85rem; }
</style>
)html";

constexpr const char* kPhases[] = {"data", "forward", "backward", "exchange", "optimizer", "wait"};
constexpr size_t kMostEvents = 200;
constexpr size_t kMostOutputs = 12;  // of a sample

const RecordedLine* LastOf(const RunRecord& record, std::string_view kind) {
  const auto& lines = record.lines();
  const auto found = std::ranges::find(lines.rbegin(), lines.rend(), kind, &RecordedLine::kind);
  return found == lines.rend() ? nullptr : &*found;
}

std::string StateText(const ReportPage& page, const RunRecord& record) {
  const RecordedLine* const last = record.lines().empty() ? nullptr : &record.lines().back();
  if (last == nullptr) return page.running ? "beginning" : "nothing recorded";
  const std::optional<double> epoch = last->Number("epoch");
  return absl::StrCat(page.running ? "running" : "ended", ", step ", last->step,
                      epoch ? absl::StrFormat(" of epoch %.0f", *epoch) : std::string());
}

std::string Card(const std::string& name, const std::string& value) {
  return absl::StrCat("<div class=\"card\"><b>", HtmlText(value), "</b><span>", HtmlText(name),
                      "</span></div>\n");
}

// The metrics of the best validation, without counts such as tokens or words.
std::string Cards(const RunRecord& record) {
  std::string html = "<div class=\"cards\">\n";
  const RecordedLine* const best = record.BestValidation();
  constexpr const char* kShown[] = {
      "loss",     "perplexity", "bits_per_byte", "closed_bits_per_byte",
      "accuracy", "f1",         "macro_f1",      "bleu"};
  for (const char* name : kShown) {
    if (best == nullptr) break;
    if (const auto value = best->Number(name))
      html += Card(absl::StrCat("best validation ", name), SignificantText(*value, 5));
  }
  if (const RecordedLine* const train = LastOf(record, "train")) {
    html += Card("training loss", SignificantText(train->Number("loss").value_or(NAN), 5));
    html += Card("tokens a second", FixedText(train->Number("tokens_per_second").value_or(NAN), 0));
    if (const auto utilization = train->Number("mfu"))
      html += Card("MFU: of what matrix products reach here", FixedText(*utilization, 2));
  }
  return html + "</div>\n";
}

// Names the rank that the other ranks wait for most often.
std::string SlowestText(const RunRecord& record) {
  std::map<int64_t, int64_t> times;  // by rank
  int64_t lines = 0;
  for (const RecordedPoint& point : record.Points("train", "waits.slowest_rank")) {
    ++times[static_cast<int64_t>(point.value)];
    ++lines;
  }
  if (lines == 0) return "";
  const auto slowest = std::ranges::max_element(times, {}, [](const auto& t) { return t.second; });
  return absl::StrCat("<p>The others waited most often for rank ", slowest->first, ": in ",
                      slowest->second, " of ", lines, " intervals it waited the least.</p>\n");
}

std::string Charts(const RunRecord& record) {
  const auto train = [&](const char* key) { return record.Points("train", key); };
  const auto valid = [&](const char* key) { return record.Points("valid", key); };
  std::string html = LineChart(
      {.title = "Loss, nats per target",
       .series = {{"training", train("loss")}, {"validation", valid("loss"), /*marked=*/true}}});
  html += LineChart({.title = "Perplexity",
                     .series = {{"training", train("perplexity")},
                                {"validation", valid("perplexity"), /*marked=*/true}},
                     .logarithmic = true});
  html += LineChart({.title = "Scores on validation",
                     .series = {{"accuracy", valid("accuracy"), true},
                                {"F1", valid("f1"), true},
                                {"macro F1", valid("macro_f1"), true}}});
  html += LineChart({.title = "Learning rate",
                     .series = {{"learning rate", train("learning_rate")}},
                     .from_zero = true});
  html += LineChart({.title = "Gradient norm, before clipping",
                     .series = {{"gradient norm", train("gradient_norm")}},
                     .logarithmic = true});
  html += LineChart({.title = "Tokens a second",
                     .series = {{"tokens a second", train("tokens_per_second")}},
                     .from_zero = true});
  html +=
      LineChart({.title = "MFU: useful operations, of what matrix products reach on this machine",
                 .series = {{"MFU", train("mfu")}},
                 .from_zero = true});
  Chart shares{.title = "Where the time of rank 0 goes", .series = {}};
  for (const char* phase : kPhases)
    shares.series.push_back({phase, train(absl::StrCat("seconds.", phase).c_str())});
  html += ShareChart(shares);
  html += LineChart({.title = "Seconds that ranks waited for others, between train lines",
                     .series = {{"least", train("waits.least")},
                                {"median", train("waits.median")},
                                {"most", train("waits.most")}},
                     .from_zero = true});
  html += SlowestText(record);
  html += LineChart({.title = "Padding efficiency: computed positions that were not padding",
                     .series = {{"padding efficiency", record.Points("epoch", "padding_efficiency"),
                                 /*marked=*/true}}});
  return html;
}

// A table of the lines of a kind, with their numbers as columns.
std::string Table(const RunRecord& record, std::string_view kind, const RecordedLine* best) {
  std::vector<std::string> columns = {"step", "epoch"};
  for (const RecordedLine& line : record.lines()) {
    if (line.kind != kind) continue;
    for (const auto& [name, value] : line.numbers) {
      if (name != "best" && std::ranges::find(columns, name) == columns.end())
        columns.push_back(name);
    }
  }
  std::string html = "<div class=\"scroll\"><table><tr>";
  for (const std::string& column : columns) absl::StrAppend(&html, "<th>", HtmlText(column));
  bool some = false;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind != kind) continue;
    some = true;
    absl::StrAppend(&html, "\n<tr", &line == best ? " class=\"best\">" : ">");
    for (const std::string& column : columns) {
      const std::optional<double> value = line.Number(column);
      absl::StrAppend(&html, "<td>",
                      !value             ? ""
                      : column == "time" ? TimeText(*value)
                                         : RoundedText(*value));
    }
  }
  return some ? html + "\n</table></div>\n" : "";
}

std::string Events(const RunRecord& record) {
  std::vector<const RecordedLine*> events;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "event") events.push_back(&line);
  }
  if (events.empty()) return "";
  std::string html = "<h2>Events</h2>\n<table>";
  if (events.size() > kMostEvents) {
    absl::StrAppend(&html, "<tr><td><td class=\"text\">", events.size() - kMostEvents,
                    " earlier ones are in metrics.jsonl");
    events.erase(events.begin(), events.end() - kMostEvents);
  }
  for (const RecordedLine* line : events) {
    const auto detail = line->texts.find("detail");
    absl::StrAppend(&html, "\n<tr><td>", line->step, "<td class=\"text\">",
                    detail == line->texts.end() ? "" : HtmlText(detail->second));
  }
  return html + "\n</table>\n";
}

// Selects evenly spaced elements, including the first and the last.
template <typename T>
std::vector<T> Some(const std::vector<T>& items, size_t most) {
  if (items.size() <= most) return items;
  std::vector<T> some;
  for (size_t i = 0; i < most; ++i) some.push_back(items[i * (items.size() - 1) / (most - 1)]);
  return some;
}

// Shows each sample and the model's outputs for it over time.
std::string Samples(const RunRecord& record) {
  std::map<int64_t, std::vector<const RecordedLine*>> samples;  // by number
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "sample" && line.Number("sample"))
      samples[static_cast<int64_t>(*line.Number("sample"))].push_back(&line);
  }
  const auto text = [](const RecordedLine& line, const char* name) {
    const auto found = line.texts.find(name);
    return found == line.texts.end() ? "" : HtmlText(found->second);
  };
  std::string html;
  for (const auto& [number, lines] : samples) {
    absl::StrAppend(&html, "<table class=\"sample\"><tr><th>input<td class=\"text\">",
                    text(*lines.back(), "input"), "\n<tr><th>expected<td class=\"text\">",
                    text(*lines.back(), "expected"));
    for (const RecordedLine* line : Some(lines, kMostOutputs)) {
      absl::StrAppend(&html, "\n<tr><td>step ", line->step, "<td class=\"text\">",
                      text(*line, "output"));
    }
    html += "\n</table>\n";
  }
  return html;
}

std::string Section(const std::string& title, const std::string& html) {
  return html.empty() ? "" : absl::StrCat("<h2>", title, "</h2>\n", html);
}

}  // namespace

absl::Status WriteReportPage(const std::string& path, const ReportPage& page,
                             const RunRecord& record) {
  std::string html = kHead;
  if (page.running) html += "<meta http-equiv=\"refresh\" content=\"30\">\n";
  absl::StrAppend(&html, "<title>", HtmlText(page.title), "</title>\n<h1>", HtmlText(page.title),
                  "</h1>\n<p class=\"state\">", StateText(page, record), "</p>\n", Cards(record),
                  Charts(record));
  html += DiagnosticsSection(record);
  html += Section("What the model makes of examples of the validation split", Samples(record));
  html += Section("Validations", Table(record, "valid", record.BestValidation()));
  html += Section("Epochs", Table(record, "epoch", nullptr));
  html += Events(record);
  html += "<h2>The run</h2>\n<table>";
  for (const auto& [name, value] : page.facts) {
    absl::StrAppend(&html, "\n<tr><th class=\"text\">", HtmlText(name), "<td class=\"text\">",
                    HtmlText(value));
  }
  absl::StrAppend(&html, "\n</table>\n<h2>Configuration</h2>\n<pre>", HtmlText(page.configuration),
                  "</pre>\n</html>\n");
  return WriteFile(path, html);
}

}  // namespace elman
