// Draws charts as inline SVG, without scripts or libraries. Colors come from the CSS classes of the
// page.
#pragma once

#include <string>
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
};

// Returns a chart with a heading, lines and, if there are several series, a legend; empty if there
// is nothing to draw. Skips points that are not finite, beyond 1e100 or, on a logarithmic axis,
// below 1e-100. Averages adjacent points of long series. Accepts any points, in bounded time.
std::string LineChart(const Chart& chart);

// Stacks the series, as shares of their sum at each step. The series must have the same steps.
// Empty if they do not, or if a value is not finite.
std::string ShareChart(const Chart& chart);

// Escapes text for HTML.
std::string HtmlText(const std::string& text);

}  // namespace elman
