// How far something reaches, step by step, as a picture: a column a step, a row a distance.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elman {

struct HeatColumn {
  int64_t step = 0;
  std::vector<double> distances;  // rising, from 0
  std::vector<double> values;     // at each; 1 is full, 0 nothing, more than 1 too much
};

struct HeatMap {
  std::string title;
  std::string distance;             // what rows are: "steps back"
  std::vector<HeatColumn> columns;  // by rising step
  double border = 0.01;             // a line where values fall below it for good
};

// Values in shades by their logarithm, from 1 down to a millionth; above 10 in another color. Many
// columns are thinned out. Empty where there is nothing to draw.
std::string HeatMapChart(const HeatMap& map);

}  // namespace elman
