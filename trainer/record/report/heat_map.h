// Draws a heat map of how far an effect reaches, over the steps of training: one column per step,
// which covers the steps since the previous column, and one row per distance.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/record/report/chart.h"

namespace elman {

// The values at one step.
struct HeatColumn {
  int64_t step = 0;
  std::vector<double> distances;  // ascending, from 0
  std::vector<double> values;     // one per distance; 1 is full, 0 is none, above 1 is too large
};

// A heat map over the steps of training.
struct HeatMap {
  std::string title;
  std::string distance;             // label of the rows: "steps back"
  std::vector<HeatColumn> columns;  // ascending by step
  double border = 0.01;             // draws a line above which all values are below it
};

// Returns the SVG. The shade shows the logarithm of the value, from 1 to 1e-6; values above 10 have
// another color. Thins out the columns if there are many. Empty if there is nothing to draw.
std::string HeatMapChart(const HeatMap& map, const StepAxis& axis);

}  // namespace elman
