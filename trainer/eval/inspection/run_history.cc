#include "trainer/eval/inspection/run_history.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "proto/training.pb.h"
#include "trainer/record/report/diagnostics_section.h"

namespace elman {
namespace {

constexpr size_t kWidth = 40;
constexpr uint64_t kMaxConfigBytes = 1 << 20;
constexpr std::string_view kBestTime = "best_time";  // time of the validation with the best result
constexpr std::string_view kBestComparable = "best_comparable";
constexpr const char* kBlocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                   "\u2585", "\u2586", "\u2587", "\u2588"};

// A metric that is shown as a curve: its name in metrics.jsonl and its display name.
struct Curve {
  const char* kind;
  const char* key;
  const char* name;
};
constexpr Curve kCurves[] = {
    {"train", "loss", "training loss"},           {"valid", "loss", "validation loss"},
    {"valid", "accuracy", "validation accuracy"}, {"valid", "f1", "validation f1"},
    {"train", "gradient_norm", "gradient norm"},  {"train", "tokens_per_second", "tokens/s"}};

double Median(std::vector<RecordedPoint> points) {
  const auto middle = points.begin() + std::ssize(points) / 2;
  std::ranges::nth_element(points, middle, {}, &RecordedPoint::value);
  return middle->value;
}

std::string LastEvent(const RunRecord& record) {
  std::string last = "no event";
  for (const RecordedLine& line : record.lines()) {
    const auto detail = line.texts.find("detail"), event = line.texts.find("event");
    const bool advice = event != line.texts.end() && event->second == kAdvice;
    if (line.kind == "event" && detail != line.texts.end() && !advice) last = detail->second;
  }
  return last;
}

// Names and values of the metrics by which two runs are compared.
std::vector<std::pair<std::string, double>> MetricsOf(const RunRecord& record) {
  std::vector<std::pair<std::string, double>> metrics;
  if (record.lines().empty()) return metrics;
  metrics.emplace_back("step", static_cast<double>(record.lines().back().step));
  if (const RecordedLine* best = record.BestValidation()) {
    metrics.emplace_back("best_step", static_cast<double>(best->step));
    for (const auto& [name, value] : best->numbers) {
      if (name != "best" && name != "step") metrics.emplace_back("best_" + name, value);
    }
  }
  const auto losses = record.Points("train", "loss");
  if (!losses.empty()) metrics.emplace_back("training_loss", losses.back().value);
  const auto speeds = record.Points("train", "tokens_per_second");
  if (!speeds.empty()) metrics.emplace_back("tokens_per_second", Median(speeds));
  return metrics;
}

// Formats a value with six digits; steps, counts and times of day in full.
std::string MetricText(const std::pair<std::string, double>& metric) {
  const auto& [name, value] = metric;
  if (name == kBestTime) return TimeText(value);
  if (name == kBestComparable) return value != 0 ? "yes" : "no";
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  return whole ? FixedText(value, 0) : SignificantText(value, 6);
}

// The best validation: "accuracy 0.9123, loss 0.31 at step 80 of 100".
std::string ResultText(const RunRecord& record) {
  const RecordedLine* const best = record.BestValidation();
  if (best == nullptr) return "no validation yet, or none with a result";
  std::string text;
  const std::optional<MainMetric> metric = MainMetricOf({best});
  for (const std::string_view key : {metric ? metric->key : "loss", std::string_view("loss")}) {
    const std::optional<double> value = best->Number(std::string(key));
    if (!value || (!text.empty() && key == metric->key)) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", DisplayName(key), " ",
                    SignificantText(*value, 5));
  }
  return absl::StrCat(text, " at step ", best->step, ", the best validation");
}

std::vector<std::string> Differences(const TrainingConfig& config, const TrainingConfig& other) {
  google::protobuf::util::MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  differencer.Compare(config, other);
  return absl::StrSplit(report, '\n', absl::SkipEmpty());
}

// Adds the last diagnosis, and the gradient norm by distance on a logarithmic scale.
void AddDiagnosis(const RecordedLine& line, Inspection* inspection) {
  const auto words = line.texts.find("words"), verdict = line.texts.find("verdict");
  if (words == line.texts.end() || verdict == line.texts.end()) return;
  inspection->AddText("gradients", absl::StrCat("at step ", line.step, ", ", words->second));
  for (const std::string& name : FollowedRecurrences(line)) {
    std::vector<RecordedPoint> points = GradientByLag(line, name);
    std::erase_if(points, [](const RecordedPoint& point) { return !(point.value > 0); });
    if (points.empty()) continue;
    const RecordedPoint last = points.back();
    for (RecordedPoint& point : points) point.value = std::log10(std::max(point.value, 1e-6));
    inspection->AddText(absl::StrCat("  ", name),
                        absl::StrFormat("1 %s %s, %s steps back", Sparkline(points, kWidth),
                                        SignificantText(last.value, 2), FixedText(last.step, 0)));
  }
  inspection->AddJson("gradients", JsonObject()
                                       .Add("step", line.step)
                                       .Add("verdict", verdict->second)
                                       .Add("words", words->second));
}

}  // namespace

std::optional<MainMetric> MainMetricOf(const std::vector<const RecordedLine*>& validations) {
  constexpr MainMetric kMetrics[] = {
      {"f1", true},      {"accuracy", true}, {"closed_bits_per_byte"},
      {"bits_per_byte"}, {"perplexity"},     {"loss"}};
  if (validations.empty()) return std::nullopt;
  for (const MainMetric& metric : kMetrics) {
    if (std::ranges::all_of(validations, [&](const RecordedLine* line) {
          return line->Number(std::string(metric.key)).has_value();
        }))
      return metric;
  }
  return std::nullopt;
}

std::string DisplayName(std::string_view key) {
  if (key == "f1") return "F1";
  std::string name(key);
  std::ranges::replace(name, '_', ' ');
  return name;
}

absl::StatusOr<RecordedRun> ReadRecordedRun(const std::string& path) {
  RecordedRun run;
  const std::string metrics = JoinPath(path, "metrics.jsonl");
  if (!FileExists(metrics)) {
    return absl::NotFoundError(absl::StrCat(
        path, ": not a run directory (no metrics.jsonl in it); compare two run directories: ",
        "elman-inspect RUN_DIR --compare=RUN_DIR"));
  }
  ASSIGN_OR_RETURN(run.record, RunRecord::Read(metrics));
  const std::string config_path = JoinPath(path, "config.textproto");
  ASSIGN_OR_RETURN(const std::string config, ReadFile(config_path, kMaxConfigBytes));
  if (!google::protobuf::TextFormat::ParseFromString(config, &run.config))
    return absl::DataLossError(absl::StrCat(config_path, ": not a configuration of this version"));
  return run;
}

std::string Sparkline(const std::vector<RecordedPoint>& points, size_t width) {
  const size_t columns = std::min(width, points.size());
  std::vector<double> means;
  for (size_t i = 0; i < columns; ++i) {
    const size_t begin = i * points.size() / columns, end = (i + 1) * points.size() / columns;
    double sum = 0;
    for (size_t p = begin; p < end; ++p) sum += points[p].value;
    means.push_back(sum / static_cast<double>(end - begin));
  }
  if (means.empty()) return "";
  const auto [least, most] = std::ranges::minmax(means);
  std::string line;
  for (const double mean : means) {
    const double height = most > least ? (mean - least) / (most - least) : 0.5;
    line += kBlocks[std::min(7, static_cast<int>(height * 8))];
  }
  return line;
}

void AddHistory(const RunRecord& record, Inspection* inspection) {
  if (record.lines().empty()) return;
  inspection->AddText("result", ResultText(record));
  inspection->AddText(
      "course", absl::StrCat("until step ", record.lines().back().step, "; ", LastEvent(record)));
  for (const Curve& curve : kCurves) {
    const auto points = record.Points(curve.kind, curve.key);
    if (points.empty()) continue;
    inspection->AddText(
        absl::StrCat("  ", curve.name),
        absl::StrCat(SignificantText(points.front().value, 5), " ", Sparkline(points, kWidth), " ",
                     SignificantText(points.back().value, 5)));
  }
  JsonObject json;
  for (const auto& [name, value] : MetricsOf(record)) json.Add(name, value);
  inspection->AddJson("course", json);
  // A short step, such as the rest of an epoch, may be unknown although earlier ones are not.
  const RecordedLine* diagnosis = LastDiagnosis(record);
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "diagnostics" && line.Text("verdict") != "unknown") diagnosis = &line;
  }
  if (diagnosis != nullptr) AddDiagnosis(*diagnosis, inspection);
}

absl::StatusOr<Inspection> CompareRuns(const std::string& path, const std::string& other) {
  ASSIGN_OR_RETURN(const RecordedRun run, ReadRecordedRun(path));
  ASSIGN_OR_RETURN(const RecordedRun others, ReadRecordedRun(other));
  Inspection inspection;
  inspection.Add("kind", "comparison").Add("run", path).Add("other", other);
  const auto beside = [&](const std::string& name, const std::string& a, const std::string& b) {
    inspection.AddText(name, absl::StrCat(LeftAligned(a, 20), " ", b));
  };
  const auto metrics = MetricsOf(run.record), others_metrics = MetricsOf(others.record);
  JsonObject json;
  for (const auto& metric : metrics) {
    const auto found =
        std::ranges::find(others_metrics, metric.first, &std::pair<std::string, double>::first);
    if (found == others_metrics.end()) continue;
    beside(metric.first, MetricText(metric), MetricText(*found));
    json.Add(metric.first, JsonObject().Add("run", metric.second).Add("other", found->second));
  }
  inspection.AddJson("figures", json);
  for (const Curve& curve : kCurves) {
    const auto a = run.record.Points(curve.kind, curve.key);
    const auto b = others.record.Points(curve.kind, curve.key);
    if (!a.empty()) inspection.AddText(curve.name, Sparkline(a, kWidth));
    if (!b.empty()) inspection.AddText("  of other", Sparkline(b, kWidth));
  }
  inspection.AddList("differences", "configuration", Differences(run.config, others.config));
  return inspection;
}

}  // namespace elman
