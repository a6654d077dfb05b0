#include "trainer/record/report/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "data/format/number_text.h"
#include "trainer/record/report/picture.h"

namespace elman {
namespace {

constexpr size_t kMostPoints = 600;
constexpr int kTicks = 5;
// Larger values are not drawn, so that sums and differences are finite.
constexpr double kMostDrawn = 1e100;
constexpr double kSmallestSpan = 1e-9;  // relative; a narrower axis would show rounding errors
constexpr int kMostDecades = 10;  // maximum number of decades with labels on a logarithmic axis

// The interval of data on an axis, with a linear or logarithmic scale.
struct Axis {
  double low = 0, high = 1;
  bool logarithmic = false;

  double Of(double value) const {
    const double at = logarithmic ? std::log10(value) : value;
    return (at - low) / (high - low);
  }
};

double XOf(const Axis& axis, double step) {
  return kLeft + (kWidth - kLeft - kRight) * axis.Of(step);
}
double YOf(const Axis& axis, double value) {
  return kHeight - kBottom - (kHeight - kTop - kBottom) * axis.Of(value);
}

bool IsDrawable(const RecordedPoint& point) {
  // Also false for NaN.
  return std::abs(point.step) <= kMostDrawn && std::abs(point.value) <= kMostDrawn;
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

// Returns round numbers that divide an axis into about `wanted` parts. Their distance is 1, 2 or 5
// times a power of ten. On a logarithmic axis of more than a decade they are 1, 2 and 5 times
// powers of ten.
std::vector<double> TicksOf(const Axis& axis, int wanted) {
  std::vector<double> ticks;
  if (axis.logarithmic && axis.high - axis.low > 1) {
    const bool coarse = axis.high - axis.low > 3;
    const double stride = std::ceil((axis.high - axis.low) / kMostDecades);
    for (double power = std::floor(axis.low); power <= axis.high; power += stride) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        if (coarse && factor != 1) continue;
        const double at = power + std::log10(factor);
        if (at >= axis.low && at <= axis.high) ticks.push_back(factor * std::pow(10, power));
      }
    }
    return ticks;
  }
  const double low = axis.logarithmic ? std::pow(10, axis.low) : axis.low;
  const double high = axis.logarithmic ? std::pow(10, axis.high) : axis.high;
  const double rough = (high - low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double distance = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough) distance = factor * power;
  }
  // Uses a counter, because adding the distance may not change a large number.
  const double first = std::ceil(low / distance);
  for (int i = 0; i <= wanted && (first + i) * distance <= high; ++i)
    ticks.push_back((first + i) * distance);
  return ticks;
}

// Averages adjacent points if there are more points than can be drawn.
std::vector<RecordedPoint> Thinned(const std::vector<RecordedPoint>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<RecordedPoint> thinned;
  for (size_t i = 0; i < kMostPoints; ++i) {
    const size_t begin = i * points.size() / kMostPoints;
    const size_t end = (i + 1) * points.size() / kMostPoints;
    RecordedPoint mean;
    for (size_t p = begin; p < end; ++p) mean.value += points[p].value;
    mean.value /= static_cast<double>(end - begin);
    mean.step = points[end - 1].step;
    thinned.push_back(mean);
  }
  return thinned;
}

std::string Grid(const Axis& x, const Axis& y) {
  std::string svg;
  for (const double tick : TicksOf(y, kTicks)) {
    absl::StrAppendFormat(&svg,
                          "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                          kLeft, kWidth - kRight, YOf(y, tick), YOf(y, tick), kLeft - 6,
                          YOf(y, tick) + 4, ScaledText(tick));
  }
  for (const double tick : TicksOf(x, 2 * kTicks)) {
    absl::StrAppendFormat(&svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
                          XOf(x, tick), kHeight - 8, ScaledText(tick));
  }
  return svg;
}

// The parts of a chart around its plot.
std::string Framed(const Chart& chart, const std::string& svg) {
  std::string html = absl::StrCat("<figure>\n<figcaption>", HtmlText(chart.title));
  if (chart.series.size() > 1) {
    for (size_t i = 0; i < chart.series.size(); ++i) {
      if (chart.series[i].points.empty()) continue;
      absl::StrAppend(&html, " <span class=\"key s", i, "\">", HtmlText(chart.series[i].name),
                      "</span>");
    }
  }
  absl::StrAppendFormat(&html,
                        "</figcaption>\n<svg role=\"img\" aria-label=\"%s\" "
                        "viewBox=\"0 0 %.0f %.0f\">\n%s</svg>\n</figure>\n",
                        HtmlText(chart.title), kWidth, kHeight, svg);
  return html;
}

}  // namespace

std::string LineChart(const Chart& chart) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<std::vector<RecordedPoint>> lines;
  double first = kInfinity, last = -kInfinity, least = kInfinity, most = -kInfinity;
  for (const Series& series : chart.series) {
    std::vector<RecordedPoint> line = series.points;
    std::erase_if(line, [&chart](const RecordedPoint& point) {
      return !IsDrawable(point) || (chart.logarithmic && point.value < 1 / kMostDrawn);
    });
    line = Thinned(line);
    for (const RecordedPoint& point : line) {
      first = std::min(first, point.step);
      last = std::max(last, point.step);
      least = std::min(least, point.value);
      most = std::max(most, point.value);
    }
    lines.push_back(std::move(line));
  }
  if (first > last) return "";
  if (chart.from_zero && !chart.logarithmic) least = std::min(least, 0.0);
  const Axis x = AxisFor(first, last, false), y = AxisFor(least, most, chart.logarithmic);
  std::string svg = Grid(x, y);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string points;
    for (const RecordedPoint& point : lines[i])
      absl::StrAppendFormat(&points, "%.1f,%.1f ", XOf(x, point.step), YOf(y, point.value));
    absl::StrAppend(&svg, "<polyline class=\"s", i, "\" points=\"", points, "\"/>\n");
    if (!chart.series[i].marked && lines[i].size() > 1) continue;
    for (const RecordedPoint& point : lines[i]) {
      absl::StrAppendFormat(&svg,
                            "<circle class=\"s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s at "
                            "%s</title></circle>\n",
                            i, XOf(x, point.step), YOf(y, point.value), ScaledText(point.value),
                            ScaledText(point.step));
    }
  }
  return Framed(chart, svg);
}

std::string ShareChart(const Chart& chart) {
  std::vector<std::vector<RecordedPoint>> parts;
  for (const Series& series : chart.series) {
    // Shares cannot be computed if a value is missing.
    if (!std::ranges::all_of(series.points, IsDrawable)) return "";
    parts.push_back(Thinned(series.points));
  }
  if (parts.empty() || parts[0].size() < 2) return "";
  for (const auto& part : parts) {
    if (part.size() != parts[0].size()) return "";
  }
  const Axis x = AxisFor(parts[0].front().step, parts[0].back().step, false);
  const Axis y{0, 1, false};
  std::vector<double> sums(parts[0].size(), 0), below(parts[0].size(), 0);
  for (const auto& part : parts) {
    for (size_t i = 0; i < part.size(); ++i) sums[i] += std::max(0.0, part[i].value);
  }
  std::string svg;
  for (size_t p = 0; p < parts.size(); ++p) {
    std::string upper, lower;
    for (size_t i = 0; i < parts[p].size(); ++i) {
      const double at = XOf(x, parts[p][i].step);
      lower = absl::StrFormat("%.1f,%.1f ", at, YOf(y, below[i])) + lower;
      if (sums[i] > 0) below[i] += std::max(0.0, parts[p][i].value) / sums[i];
      absl::StrAppendFormat(&upper, "%.1f,%.1f ", at, YOf(y, below[i]));
    }
    absl::StrAppend(&svg, "<polygon class=\"s", p, "\" points=\"", upper, lower, "\"/>\n");
  }
  return Framed(chart, svg + Grid(x, y));
}

std::string HtmlText(const std::string& text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace elman
