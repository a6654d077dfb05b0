// report.html: the course of a run on one page that needs nothing but a browser, and no script.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "trainer/record/log/run_record.h"

namespace elman {

struct ReportPage {
  std::string title;
  bool running = false;  // the page loads itself anew every half minute
  // What the run is: its model, data, machine.
  std::vector<std::pair<std::string, std::string>> facts;
  std::string configuration;  // the text of config.textproto
};

// Publishes the page at `path`.
absl::Status WriteReportPage(const std::string& path, const ReportPage& page,
                             const RunRecord& record);

}  // namespace elman
