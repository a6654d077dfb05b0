#include "trainer/record/report/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "trainer/record/report/html.h"

namespace elman {
namespace {

constexpr size_t kMaxPoints = 300;
constexpr size_t kMaxShares = 150;  // areas with more edges cannot be told apart
constexpr size_t kMaxMarks = 60;    // more marks would hide the lines
constexpr int kTicks = 5, kValueTicks = 6;
// Larger values are not drawn, so that sums and differences are finite.
constexpr double kMaxDrawn = 1e100;
constexpr int kMaxDecades = 10;  // maximum number of decades with labels on a logarithmic axis

// The interval of data on an axis, with a linear or logarithmic scale.
struct Axis {
  double low = 0, high = 1;
  bool logarithmic = false;

  double Of(double value) const {
    const double at = logarithmic ? std::log10(value) : value;
    return (at - low) / (high - low);
  }
};

double YOf(const Axis& axis, double value) { return kPlane * (1 - axis.Of(value)); }

bool IsDrawable(const RecordedPoint& point) {
  // Also false for NaN.
  return std::abs(point.step) <= kMaxDrawn && std::abs(point.value) <= kMaxDrawn;
}

// Returns an axis for values from `least` to `most`, widened if the values are (nearly) equal.
Axis AxisFor(double least, double most, bool logarithmic) {
  Axis axis{least, most, logarithmic};
  if (logarithmic) axis.low = std::log10(least), axis.high = std::log10(most);
  const double span = axis.high - axis.low;
  const double size = std::max(std::abs(axis.low), std::abs(axis.high));
  const double air = span > kSmallestSpan * size ? 0.04 * span : std::max(0.05 * size, 1e-3);
  axis.low -= air;
  axis.high += air;
  return axis;
}

// The axis of steps, of a width above 0.
Axis AxisOf(const StepAxis& steps) {
  if (!(std::abs(steps.first) <= kMaxDrawn && std::abs(steps.last) <= kMaxDrawn &&
        steps.last > steps.first))
    return {0, 1};
  return {steps.first, steps.last};
}

struct Tick {
  double value = 0;
  std::string text;
};

// Formats a multiple of `distance`, with the digits that distinguish it from its neighbors.
std::string TickText(double value, double distance) {
  constexpr int kMostDecimals = 6, kMostDigits = 7;
  const double size = std::abs(value);
  if (size < distance / 2) return "0";  // up to rounding
  const auto decimals = [](double of) {
    return std::max(0, -static_cast<int>(std::floor(std::log10(of) + 1e-9)));
  };
  if (size >= 1e6 && size < 1e10 && decimals(distance / 1e6) <= kMostDecimals)
    return FixedText(value / 1e6, decimals(distance / 1e6)) + "M";
  if (size < 1e6 && distance >= 1) return ReadableText(value);
  if (size < 1e6 && decimals(distance) <= kMostDecimals)
    return FixedText(value, decimals(distance));
  const double digits = std::floor(std::log10(size)) - std::floor(std::log10(distance)) + 1;
  return SignificantText(value, std::clamp(static_cast<int>(digits), 1, kMostDigits));
}

// Returns round numbers that divide an axis into about `wanted` parts. Their distance is 1, 2 or 5
// times a power of ten. On a logarithmic axis of more than a decade they are 1, 2 and 5 times
// powers of ten.
std::vector<Tick> TicksOf(const Axis& axis, int wanted) {
  std::vector<Tick> ticks;
  if (axis.logarithmic && axis.high - axis.low > 1) {
    const bool coarse = axis.high - axis.low > 3;
    const bool powers = coarse && axis.low < -4;  // "1e-5"
    const double stride = std::ceil((axis.high - axis.low) / kMaxDecades);
    for (double power = std::floor(axis.low); power <= axis.high; power += stride) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        if (coarse && factor != 1) continue;
        const double at = power + std::log10(factor);
        const double value = factor * std::pow(10, power);
        if (at >= axis.low && at <= axis.high) {
          ticks.push_back(
              {value, powers ? absl::StrFormat("1e%.0f", power) : TickText(value, value)});
        }
      }
    }
    return ticks;
  }
  const double low = axis.logarithmic ? std::pow(10, axis.low) : axis.low;
  const double high = axis.logarithmic ? std::pow(10, axis.high) : axis.high;
  const double rough = (high - low) / wanted;
  if (!(rough > 0)) return ticks;  // too small for a double
  const double distance = RoundDistance(rough);
  // Uses a counter, because adding the distance may not change a large number.
  const double first = std::ceil(low / distance);
  for (int i = 0; i <= wanted && (first + i) * distance <= high; ++i) {
    const double value = (first + i) * distance;
    ticks.push_back({value, TickText(value, distance)});
  }
  return ticks;
}

// Returns an axis as AxisFor does, widened until the texts of its ticks fit next to the chart:
// texts of numbers that are far from 1 and close to each other are too long.
Axis LabeledAxisFor(double least, double most, bool logarithmic) {
  constexpr size_t kLongestText = 10;
  Axis axis = AxisFor(least, most, logarithmic);
  const auto is_long = [](const Tick& tick) { return tick.text.size() > kLongestText; };
  while (std::ranges::any_of(TicksOf(axis, kValueTicks), is_long)) {
    const double air = (axis.high - axis.low) / 8;
    axis.low -= air;
    axis.high += air;
  }
  return axis;
}

// Averages adjacent points if there are more points than can be drawn.
std::vector<RecordedPoint> Thinned(const std::vector<RecordedPoint>& points, size_t most) {
  if (points.size() <= most) return points;
  std::vector<RecordedPoint> thinned;
  for (size_t i = 0; i < most; ++i) {
    const size_t begin = i * points.size() / most;
    const size_t end = (i + 1) * points.size() / most;
    RecordedPoint mean;
    for (size_t p = begin; p < end; ++p) mean.value += points[p].value;
    mean.value /= static_cast<double>(end - begin);
    mean.step = points[end - 1].step;
    thinned.push_back(mean);
  }
  return thinned;
}

// The points of a series that can be drawn.
std::vector<RecordedPoint> Drawable(const Series& series, const StepAxis& axis, bool logarithmic) {
  std::vector<RecordedPoint> points = series.points;
  std::erase_if(points, [&](const RecordedPoint& point) {
    return !IsDrawable(point) || (logarithmic && point.value < 1 / kMaxDrawn) ||
           point.step < axis.first || point.step > axis.last;
  });
  return points;
}

// Describes a series for those who do not see the chart.
std::string DescriptionOf(const std::string& name, const std::vector<RecordedPoint>& points) {
  if (points.empty()) return "";
  const auto [least, most] = std::ranges::minmax_element(points, {}, &RecordedPoint::value);
  const auto text = [](const RecordedPoint& point) {
    return absl::StrCat(ReadableText(point.value), " at step ", ReadableText(point.step));
  };
  return absl::StrCat(name, " is ", text(points.front()), " and ", text(points.back()), "; least ",
                      text(*least), ", most ", text(*most), ". ");
}

}  // namespace

bool IsConstant(const std::vector<RecordedPoint>& points) {
  if (points.empty()) return false;
  const auto [least, most] = std::ranges::minmax_element(points, {}, &RecordedPoint::value);
  const double size = std::max(std::abs(least->value), std::abs(most->value));
  return most->value - least->value <= kSmallestSpan * size;
}

double RoundDistance(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10 * power;
}

double XOfStep(const StepAxis& axis, double step) { return kPlane * AxisOf(axis).Of(step); }

std::string PercentText(double position) {
  return absl::StrFormat("%.2f%%", 100 / kPlane * position);
}

std::string VerticalTick(double position, const std::string& text, bool with_line) {
  std::string svg;
  const std::string y = PercentText(position);
  if (with_line) {
    absl::StrAppend(&svg, "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"", y, "\" y2=\"", y,
                    "\"/>");
  }
  absl::StrAppend(&svg, "<text x=\"-6\" y=\"", y, "\" dy=\"4\" text-anchor=\"end\">", text,
                  "</text>\n");
  return svg;
}

std::string FigureOf(const Plot& plot, const StepAxis& axis) {
  std::string html = absl::StrCat("<figure>\n<figcaption>", HtmlText(plot.title));
  if (!plot.note.empty())
    absl::StrAppend(&html, " <span class=\"note\">", HtmlText(plot.note), "</span>");
  for (const auto& [name, style] : plot.legend)
    absl::StrAppend(&html, " <span class=\"key ", style, "\">", HtmlText(name), "</span>");
  absl::StrAppend(&html, "</figcaption>\n<svg class=\"plot\" role=\"img\"><title>",
                  HtmlText(plot.title), "</title><desc>", HtmlText(plot.description), "</desc>\n");
  absl::StrAppendFormat(&html,
                        "<svg viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\" "
                        "width=\"100%%\" height=\"100%%\">\n%s</svg>\n%s",
                        kPlane, kPlane, plot.plane, plot.labels);
  for (const Tick& tick : TicksOf(AxisOf(axis), kTicks)) {
    const double x = XOfStep(axis, tick.value);
    absl::StrAppend(&html, "<text x=\"", PercentText(x), "\" y=\"100%\" dy=\"16\" text-anchor=\"",
                    x > 0.96 * kPlane ? "end" : "middle", "\">", tick.text, "</text>\n");
  }
  html += "<text x=\"100%\" y=\"100%\" dy=\"32\" text-anchor=\"end\">step</text>\n";
  if (axis.best && *axis.best >= axis.first && *axis.best <= axis.last) {
    const double x = XOfStep(axis, *axis.best);
    const std::string at = PercentText(x);
    absl::StrAppend(&html, "<line class=\"best\" x1=\"", at, "\" x2=\"", at,
                    "\" y1=\"-4\" y2=\"100%\"/><text class=\"best\" x=\"", at,
                    "\" y=\"-8\" text-anchor=\"",
                    x > 0.85 * kPlane   ? "end"
                    : x < 0.15 * kPlane ? "start"
                                        : "middle",
                    "\">best: step ", ReadableText(*axis.best), "</text>\n");
  }
  return html + "</svg>\n</figure>\n";
}

std::string LineChart(const Chart& chart, const StepAxis& axis) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<std::vector<RecordedPoint>> lines;
  Plot plot{.title = chart.title, .note = chart.logarithmic ? "logarithmic scale" : ""};
  double least = kInfinity, most = -kInfinity;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    std::vector<RecordedPoint> line = Drawable(series, axis, chart.logarithmic);
    plot.description += DescriptionOf(series.name, line);
    if (chart.series.size() > 1 && !line.empty())
      plot.legend.emplace_back(series.name, absl::StrCat("s", i));
    line = Thinned(line, kMaxPoints);
    for (const RecordedPoint& point : line) {
      least = std::min(least, point.value);
      most = std::max(most, point.value);
    }
    lines.push_back(std::move(line));
  }
  if (least > most) return "";
  if (chart.from_zero && !chart.logarithmic) least = std::min(least, 0.0);
  if (const double missing = chart.least_span - (most - least); missing > 0) {
    least -= missing / 2;
    most += missing / 2;
  }
  const Axis y = LabeledAxisFor(least, most, chart.logarithmic);
  for (const Tick& tick : TicksOf(y, kValueTicks))
    plot.labels += VerticalTick(YOf(y, tick.value), tick.text, /*with_line=*/true);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string points;
    for (const RecordedPoint& point : lines[i])
      absl::StrAppendFormat(&points, "%.1f,%.1f ", XOfStep(axis, point.step), YOf(y, point.value));
    if (!points.empty())
      absl::StrAppend(&plot.plane, "<polyline class=\"s", i, "\" points=\"", points, "\"/>\n");
    const bool marked = chart.series[i].marked && lines[i].size() <= kMaxMarks;
    if (!marked && lines[i].size() > 1) continue;
    for (const RecordedPoint& point : lines[i]) {
      absl::StrAppend(
          &plot.labels, "<circle class=\"s", i, "\" cx=\"", PercentText(XOfStep(axis, point.step)),
          "\" cy=\"", PercentText(YOf(y, point.value)), "\" r=\"3\"><title>",
          ReadableText(point.value), " at step ", ReadableText(point.step), "</title></circle>\n");
    }
  }
  return FigureOf(plot, axis);
}

std::string ShareChart(const Chart& chart, const StepAxis& axis) {
  std::vector<std::vector<RecordedPoint>> parts;
  for (const Series& series : chart.series) {
    // Shares cannot be computed if a value is missing.
    if (!std::ranges::all_of(series.points, IsDrawable)) return "";
    parts.push_back(Thinned(Drawable(series, axis, /*logarithmic=*/false), kMaxShares));
  }
  if (parts.empty() || parts[0].size() < 2) return "";
  for (const auto& part : parts) {
    if (part.size() != parts[0].size()) return "";
  }
  std::vector<double> sums(parts[0].size(), 0), below(parts[0].size(), 0);
  double total = 0;
  for (const auto& part : parts) {
    for (size_t i = 0; i < part.size(); ++i) sums[i] += std::max(0.0, part[i].value);
  }
  for (const double sum : sums) total += sum;
  const Axis y{0, 1, false};
  Plot plot{.title = chart.title};
  for (size_t p = 0; p < parts.size(); ++p) {
    std::string upper, lower;
    double mine = 0;
    for (size_t i = 0; i < parts[p].size(); ++i) {
      const double at = XOfStep(axis, parts[p][i].step);
      lower.insert(0, absl::StrFormat("%.1f,%.1f ", at, YOf(y, below[i])));
      if (sums[i] > 0) below[i] += std::max(0.0, parts[p][i].value) / sums[i];
      absl::StrAppendFormat(&upper, "%.1f,%.1f ", at, YOf(y, below[i]));
      mine += std::max(0.0, parts[p][i].value);
    }
    absl::StrAppend(&plot.plane, "<polygon class=\"s", p, "\" points=\"", upper, lower, "\"/>\n");
    const std::string share =
        total > 0 ? absl::StrCat(" ", FixedText(100 * mine / total, 0), " %") : "";
    const bool visible = !(mine < 0.005 * total);  // 1 % or more
    if (visible) plot.legend.emplace_back(chart.series[p].name + share, absl::StrCat("s", p));
    absl::StrAppend(&plot.description, chart.series[p].name, share, ". ");
  }
  for (const int percent : {0, 25, 50, 75, 100}) {
    plot.labels += VerticalTick(YOf(y, percent / 100.0), absl::StrCat(percent, " %"),
                                /*with_line=*/true);
  }
  return FigureOf(plot, axis);
}

}  // namespace elman
