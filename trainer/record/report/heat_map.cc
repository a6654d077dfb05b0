#include "trainer/record/report/heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "trainer/record/report/chart.h"
#include "trainer/record/report/picture.h"

namespace elman {
namespace {

constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr size_t kMostColumns = 80;
constexpr size_t kDistanceTicks = 8;
constexpr int kShades = 12;  // two per power of ten
constexpr double kTooMuch = 10;

// 0 means zero, kShades the largest value of the scale, kShades + 1 too large.
int ShadeOf(double value) {
  if (!(value <= kTooMuch)) return kShades + 1;  // NaN counts as too large
  if (value <= 0) return 0;
  return std::clamp(static_cast<int>(std::floor(kShades + 2 * std::log10(value) + 0.5)), 0,
                    kShades);
}

// Keeps the last column of each group of neighbors. Skips columns without a meaningful value.
std::vector<HeatColumn> ThinnedColumns(const std::vector<HeatColumn>& columns) {
  std::vector<HeatColumn> kept;
  for (const HeatColumn& column : columns) {
    if (column.distances.empty() || column.distances.size() != column.values.size()) continue;
    if (!std::ranges::all_of(column.distances, [](double at) { return std::isfinite(at); }))
      continue;
    kept.push_back(column);
  }
  if (kept.size() <= kMostColumns) return kept;
  std::vector<HeatColumn> thinned;
  for (size_t i = 0; i < kMostColumns; ++i)
    thinned.push_back(kept[(i + 1) * kept.size() / kMostColumns - 1]);
  return thinned;
}

// Maps distances from 0 (bottom) to `farthest` (top) to the height of the picture.
double YOfDistance(double distance, double farthest) {
  return kHeight - kBottom - kPlotHeight * std::min(1.0, distance / (farthest + 1));
}

std::string Rectangle(double x, double width, double bottom, double top) {
  return absl::StrFormat("M%.1f,%.1fh%.1fV%.1fh%.1fz", x, bottom, width, top, -width);
}

// Returns the distance from which on all values of a column are below the border.
double BorderOf(const HeatColumn& column, double border) {
  double at = 0;
  for (size_t i = 0; i < column.values.size(); ++i) {
    if (!(column.values[i] < border))
      at = i + 1 < column.distances.size() ? column.distances[i + 1] : column.distances[i] + 1;
  }
  return at;
}

}  // namespace

std::string HeatMapChart(const HeatMap& map) {
  const std::vector<HeatColumn> columns = ThinnedColumns(map.columns);
  if (columns.empty()) return "";
  double farthest = 0;
  for (const HeatColumn& column : columns) farthest = std::max(farthest, column.distances.back());
  const double width = kPlotWidth / static_cast<double>(columns.size());

  // All rectangles of a shade form one path; adjacent rectangles of the same shade are merged.
  std::array<std::string, kShades + 2> paths;
  std::string border;
  for (size_t i = 0; i < columns.size(); ++i) {
    const HeatColumn& column = columns[i];
    const double x = kLeft + static_cast<double>(i) * width;
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
    const double y = YOfDistance(BorderOf(column, map.border), farthest);
    absl::StrAppendFormat(&border, "%.1f,%.1f %.1f,%.1f ", x, y, x + width, y);
  }
  std::string svg;
  for (int shade = 1; shade <= kShades + 1; ++shade) {
    if (paths[shade].empty()) continue;
    absl::StrAppendFormat(&svg, "<path class=\"heat %s\" fill-opacity=\"%.2f\" d=\"%s\"/>\n",
                          shade > kShades ? "s3" : "s0",
                          std::min(1.0, static_cast<double>(shade) / kShades), paths[shade]);
  }
  absl::StrAppend(&svg, "<polyline class=\"s1\" points=\"", border, "\"/>\n");
  const auto distance_every = std::max(1.0, std::ceil(farthest / 5));
  for (double distance = 0; distance <= farthest; distance += distance_every) {
    absl::StrAppendFormat(&svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n",
                          kLeft - 6, YOfDistance(distance, farthest), distance);
  }
  const size_t column_every = (columns.size() + kDistanceTicks - 1) / kDistanceTicks;
  for (size_t i = 0; i < columns.size(); i += column_every) {
    absl::StrAppendFormat(&svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%d</text>\n",
                          kLeft + (static_cast<double>(i) + 0.5) * width, kHeight - 8,
                          columns[i].step);
  }
  return absl::StrFormat(
      "<figure>\n<figcaption>%s <span class=\"key s0\">all of it, a thousandth at half the "
      "shade</span> <span class=\"key s3\">more than tenfold</span> <span class=\"key "
      "s1\">%g</span></figcaption>\n<svg role=\"img\" aria-label=\"%s, %s by step\" "
      "viewBox=\"0 0 %.0f %.0f\">\n%s</svg>\n</figure>\n",
      HtmlText(map.title), map.border, HtmlText(map.title), HtmlText(map.distance), kWidth, kHeight,
      svg);
}

}  // namespace elman
