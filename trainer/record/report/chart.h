// Charts as SVG, drawn where they stand: no script, no library, colors by the classes of the page.
#pragma once

#include <string>
#include <vector>

#include "trainer/record/log/run_record.h"

namespace elman {

struct Series {
  std::string name;                   // in the legend
  std::vector<RecordedPoint> points;  // by rising step
  bool marked = false;                // a mark on every point
};

struct Chart {
  std::string title;
  std::vector<Series> series;  // the n-th is of class "s<n>"; empty ones are left out
  bool logarithmic = false;    // values of 0 and below are left out
  bool from_zero = false;      // the axis of values begins at 0
};

// A heading, a legend where there are several series, and the lines; empty where there is nothing
// to draw. Points that are not finite, beyond 1e100 or, on a logarithmic axis, below 1e-100 are
// left out. Long series are thinned out by means over neighbors. Takes any points, in bounded time.
std::string LineChart(const Chart& chart);

// The series upon each other, as shares of their sum at each step; they have the same steps. Empty
// where they have not, and where a value is not finite.
std::string ShareChart(const Chart& chart);

// Text as HTML shows it.
std::string HtmlText(const std::string& text);

}  // namespace elman
