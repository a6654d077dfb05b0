#include "trainer/record/report/curves.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "trainer/record/report/html.h"

namespace elman {
namespace {

constexpr const char* kPhases[] = {"data", "forward", "backward", "exchange", "optimizer", "wait"};

// Charts, and the numbers that need none.
class ChartList {
 public:
  explicit ChartList(StepAxis axis) : axis_(axis) {}

  // Adds a chart, or a sentence if all of its series are constant.
  void Add(const Chart& chart) {
    bool varies = false;
    for (const Series& series : chart.series)
      varies = varies || (!series.points.empty() && !IsConstant(series.points));
    if (varies) {
      charts_ += LineChart(chart, axis_);
      return;
    }
    for (const Series& series : chart.series) {
      if (series.points.empty()) continue;
      // A single number may be one of a course.
      const RecordedPoint& first = series.points[0];
      AddNumber(
          chart.series.size() > 1 ? absl::StrCat(chart.title, ", ", series.name) : chart.title,
          absl::StrCat(ReadableText(first.value),
                       series.points.size() > 1
                           ? ""
                           : absl::StrCat(" (step ", ReadableText(first.step), ")")));
    }
  }

  void AddNumber(const std::string& name, const std::string& value) {
    numbers_ += Definition(name, value);
  }

  void AddShares(const Chart& chart) { charts_ += ShareChart(chart, axis_); }

  std::string Html() const {
    return Section(
        charts_.empty() ? "Training" : "Curves",
        absl::StrCat(
            charts_.empty() ? "" : absl::StrCat("<div class=\"charts\">\n", charts_, "</div>\n"),
            numbers_.empty() ? "" : absl::StrCat("<dl class=\"numbers\">\n", numbers_, "</dl>\n")));
  }

 private:
  const StepAxis axis_;
  std::string charts_, numbers_;
};

// Names the rank that the other ranks wait for most often.
std::string SlowestText(const std::vector<RecordedPoint>& slowest_ranks) {
  std::map<double, int64_t> times;  // by rank
  for (const RecordedPoint& point : slowest_ranks) ++times[point.value];
  if (times.empty()) return "";
  const auto slowest = std::ranges::max_element(times, {}, [](const auto& t) { return t.second; });
  return absl::StrCat("rank ", ReadableText(slowest->first), " (in ", slowest->second, " of ",
                      slowest_ranks.size(), " intervals it waited the least)");
}

}  // namespace

RunCurves::RunCurves(const RunRecord& record) : record_(record) {
  std::vector<int64_t> steps = {0};
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "train") steps.push_back(line.step);
  }
  const size_t lines = steps.size();
  if (lines > 2 && steps[lines - 1] - steps[lines - 2] < steps[lines - 2] - steps[lines - 3])
    last_train_ = static_cast<double>(steps[lines - 2]);
}

std::vector<RecordedPoint> RunCurves::Train(const std::string& key) const {
  std::vector<RecordedPoint> points = record_.Points("train", key);
  std::erase_if(points, [&](const RecordedPoint& point) { return point.step > last_train_; });
  return points;
}

std::vector<RecordedPoint> RunCurves::Validation(const std::string& key) const {
  return record_.Points("valid", key);
}

double MedianOf(std::vector<RecordedPoint> points) {
  const auto middle = points.begin() + static_cast<int64_t>(points.size()) / 2;
  std::ranges::nth_element(points, middle, {}, &RecordedPoint::value);
  return middle->value;
}

std::string CurvesSection(const RunRecord& record, const StepAxis& axis) {
  const RunCurves curves(record);
  ChartList charts(axis);
  const auto train = [&](const std::string& key) { return curves.Train(key); };
  const auto valid = [&](const char* key) { return curves.Validation(key); };
  // Perplexity is exp(loss): one chart shows both.
  const bool perplexity = !train("perplexity").empty() || !valid("perplexity").empty();
  const char* const loss = perplexity ? "perplexity" : "loss";
  charts.Add({.title = perplexity ? "Perplexity" : "Loss (nats per target)",
              .series = {{"training", train(loss)}, {"validation", valid(loss), /*marked=*/true}},
              .logarithmic = perplexity});
  charts.Add({.title = "Scores on validation",
              .series = {{"accuracy", valid("accuracy"), true},
                         {"F1", valid("f1"), true},
                         {"macro F1", valid("macro_f1"), true}},
              .least_span = 0.02});
  charts.Add({.title = "Translation quality on validation",
              .series = {{"BLEU", valid("bleu"), true}, {"chrF", valid("chrf"), true}},
              .from_zero = true});
  charts.Add({.title = "Learning rate",
              .series = {{"learning rate", train("learning_rate")}},
              .from_zero = true});
  charts.Add({.title = "Gradient norm before clipping",
              .series = {{"gradient norm", train("gradient_norm")}},
              .logarithmic = true});
  charts.Add({.title = "Tokens/s",
              .series = {{"tokens/s", train("tokens_per_second")}},
              .from_zero = true});
  Chart shares{.title = "Time of rank 0 by phase", .series = {}};
  for (const char* phase : kPhases)
    shares.series.push_back({phase, train(absl::StrCat("seconds.", phase))});
  charts.AddShares(shares);
  charts.Add({.title = "Seconds that ranks waited for others, per interval",
              .series = {{"least", train("waits.least")},
                         {"mean", train("waits.mean")},
                         {"most", train("waits.most")}},
              .from_zero = true});
  charts.AddNumber("The other ranks waited most often for",
                   SlowestText(train("waits.slowest_rank")));
  if (const auto mfu = train("mfu"); !mfu.empty())
    charts.AddNumber("MFU (median)", ReadableText(MedianOf(mfu), 3));
  if (const auto padding = record.Points("epoch", "padding_efficiency"); !padding.empty()) {
    const double percent = 100 * MedianOf(padding);
    if (percent >= 0 && percent < 99.95) {
      charts.AddNumber("Computed positions that are not padding (median)",
                       FixedText(percent, 1) + " %");
    }
  }
  return charts.Html();
}

}  // namespace elman
