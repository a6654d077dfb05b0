// report.html: the course of a run on one page that needs nothing but a browser.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace elman {

// Publishes the page at `path` from the text of metrics.jsonl and of config.textproto.
absl::Status WriteReportPage(const std::string& path, const std::string& title,
                             const std::string& metrics, const std::string& config);

}  // namespace elman
