#include "trainer/record/report/heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"

namespace elman {
namespace {

constexpr size_t kMaxColumns = 80;
constexpr int kShades = 12;  // two per power of ten
constexpr double kTooMuch = 10;

// 0 means zero, kShades the largest value of the scale, kShades + 1 too large.
int ShadeOf(double value) {
  if (!(value <= kTooMuch)) return kShades + 1;  // NaN counts as too large
  if (value <= 0) return 0;
  return std::clamp(static_cast<int>(std::floor(kShades + 2 * std::log10(value) + 0.5)), 0,
                    kShades);
}

// Keeps the last column of each group of neighbors. Skips columns without a meaningful value and
// those outside of the axis.
std::vector<HeatColumn> ThinnedColumns(const std::vector<HeatColumn>& columns,
                                       const StepAxis& axis) {
  std::vector<HeatColumn> kept;
  for (const HeatColumn& column : columns) {
    if (column.distances.empty() || column.distances.size() != column.values.size()) continue;
    if (!std::ranges::all_of(column.distances, [](double at) { return std::isfinite(at); }))
      continue;
    const auto step = static_cast<double>(column.step);
    if (step < axis.first || step > axis.last) continue;
    kept.push_back(column);
  }
  if (kept.size() <= kMaxColumns) return kept;
  std::vector<HeatColumn> thinned;
  for (size_t i = 0; i < kMaxColumns; ++i)
    thinned.push_back(kept[(i + 1) * kept.size() / kMaxColumns - 1]);
  return thinned;
}

// Maps distances from 0 (bottom) to `farthest` (top) to the height of the plane.
double YOfDistance(double distance, double farthest) {
  return kPlane * (1 - std::min(1.0, distance / (farthest + 1)));
}

std::string Rectangle(double x, double width, double bottom, double top) {
  return absl::StrFormat("M%.1f,%.1fh%.1fV%.1fh%.1fz", x, bottom, width, top, -width);
}

// Returns the distance from which on all values of a column are below the border, or one after the
// last distance if the last value is not.
double BorderOf(const HeatColumn& column, double border) {
  double at = 0;
  for (size_t i = 0; i < column.values.size(); ++i) {
    if (!(column.values[i] < border))
      at = i + 1 < column.distances.size() ? column.distances[i + 1] : column.distances[i] + 1;
  }
  return at;
}

}  // namespace

std::string HeatMapChart(const HeatMap& map, const StepAxis& axis) {
  const std::vector<HeatColumn> columns = ThinnedColumns(map.columns, axis);
  if (columns.empty()) return "";
  double farthest = 0;
  for (const HeatColumn& column : columns) farthest = std::max(farthest, column.distances.back());

  // All rectangles of a shade form one path; adjacent rectangles of the same shade are merged.
  std::array<std::string, kShades + 2> paths;
  // The border, as lines over neighboring columns that reach it.
  std::vector<std::string> borders;
  bool reached = false;
  double x = 0;
  for (const HeatColumn& column : columns) {
    const double end_x = XOfStep(axis, static_cast<double>(column.step));
    const double width = end_x - x;
    for (size_t from = 0; from < column.values.size();) {
      const int shade = ShadeOf(column.values[from]);
      size_t to = from + 1;
      while (to < column.values.size() && ShadeOf(column.values[to]) == shade) ++to;
      const double end =
          to < column.distances.size() ? column.distances[to] : column.distances.back() + 1;
      paths[shade] += Rectangle(x, width, YOfDistance(column.distances[from], farthest),
                                YOfDistance(end, farthest));
      from = to;
    }
    const double at = BorderOf(column, map.border);
    const bool reaches = at <= column.distances.back();
    if (reaches && !reached) borders.emplace_back();
    reached = reaches;
    if (reaches) {
      const double y = YOfDistance(at, farthest);
      absl::StrAppendFormat(&borders.back(), "%.1f,%.1f %.1f,%.1f ", x, y, end_x, y);
    }
    x = end_x;
  }
  Plot plot{.title = map.title, .legend = {{"1 (fainter: less, down to 0.000001)", "s0"}}};
  if (!paths[kShades + 1].empty()) plot.legend.emplace_back("above 10", "s3");
  if (!borders.empty()) {
    plot.legend.emplace_back(
        absl::StrCat("all values above this line are below ", RoundedText(map.border)), "s1");
  }
  for (int shade = 1; shade <= kShades + 1; ++shade) {
    if (paths[shade].empty()) continue;
    absl::StrAppendFormat(&plot.plane, "<path class=\"heat %s\" fill-opacity=\"%.2f\" d=\"%s\"/>\n",
                          shade > kShades ? "s3" : "s0",
                          std::min(1.0, static_cast<double>(shade) / kShades), paths[shade]);
  }
  for (const std::string& border : borders)
    absl::StrAppend(&plot.plane, "<polyline class=\"s1\" points=\"", border, "\"/>\n");
  const double distance_every = RoundDistance(std::max(1.0, farthest / 6));
  for (double distance = 0; distance <= farthest; distance += distance_every) {
    plot.labels += VerticalTick(YOfDistance(distance, farthest), ReadableText(distance),
                                /*with_line=*/false);
  }
  const HeatColumn& last = columns.back();
  plot.description =
      reached ? absl::StrCat("At step ", last.step, ", values are below ", RoundedText(map.border),
                             " from ", ReadableText(BorderOf(last, map.border)), " ", map.distance,
                             " on.")
              : absl::StrCat("At step ", last.step, ", not all values are below ",
                             RoundedText(map.border), " at any number of ", map.distance, ".");
  return FigureOf(plot, axis);
}

}  // namespace elman
