// The size of every chart of the report.
#pragma once

namespace elman {

// In units of the SVG picture: the size of the picture and the margins around the plot.
inline constexpr double kWidth = 860, kHeight = 260;
inline constexpr double kLeft = 62, kRight = 12, kTop = 10, kBottom = 26;

}  // namespace elman
