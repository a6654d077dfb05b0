// Draws charts as inline SVG, without scripts or libraries. Colors and sizes come from the CSS of
// the page: lines stretch with the width of the chart, texts do not.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trainer/record/log/run_record.h"

namespace elman {

// A line of a chart.
struct Series {
  std::string name;                   // in the legend
  std::vector<RecordedPoint> points;  // ascending by step
  bool marked = false;                // draw a mark on every point
};

// A chart of one or several series over the steps of training.
struct Chart {
  std::string title;
  std::vector<Series> series;  // the n-th series has class "s<n>"; empty series are skipped
  bool logarithmic = false;    // logarithmic scale; values of 0 and below are skipped
  bool from_zero = false;      // start the value axis at 0
  double least_span = 0;       // of the value axis, so that small changes look small
};

// The horizontal axis that all charts of a page share, from the first to the last step.
struct StepAxis {
  double first = 0, last = 1;
  std::optional<double> best = {};  // the step of the best validation, marked in every chart
};

// Returns a chart with a heading, lines and, if there are several series, a legend; empty if there
// is nothing to draw. Skips points that are not finite, beyond 1e100, outside of the axis or, on a
// logarithmic axis, not positive.
std::string LineChart(const Chart& chart, const StepAxis& axis);

// Returns a chart of the shares of each step, stacked up to 100 %; empty if the series do not all
// have values for the same steps. Negative values count as 0.
std::string ShareChart(const Chart& chart, const StepAxis& axis);

// Relative; a narrower vertical axis would show rounding errors.
inline constexpr double kSmallestSpan = 1e-6;

// Returns whether there are points and all of their values are equal, up to rounding errors.
bool IsConstant(const std::vector<RecordedPoint>& points);

// Parts that all kinds of charts have.
// The size of the plane in which lines and areas are drawn. It is stretched to the plot.
inline constexpr double kPlane = 1000;

// Positions on the plane: of a step from left to right, and the same as a percentage of the plot.
double XOfStep(const StepAxis& axis, double step);
std::string PercentText(double position);

// Returns the figure: heading, legend (names and CSS classes), and an SVG of the plane with the
// ticks of steps, the mark of the best step, and `labels`, which are positioned by percentages.
struct Plot {
  std::string title, description = {};
  std::string note = {};  // after the title
  std::vector<std::pair<std::string, std::string>> legend = {};
  std::string plane = {}, labels = {};
};
std::string FigureOf(const Plot& plot, const StepAxis& axis);

// Returns the smallest of 1, 2 and 5 times the powers of ten that is not below `least`, which must
// be above 0: a distance of ticks.
double RoundDistance(double least);

// Returns a tick of the vertical axis at a position from the top of the plane.
std::string VerticalTick(double position, const std::string& text, bool with_line);

}  // namespace elman
