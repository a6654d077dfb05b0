// The head of report.html: the style of the page in light and dark mode and in print.
#pragma once

namespace elman {

// Everything before the title.
extern const char kPageHead[];

}  // namespace elman
