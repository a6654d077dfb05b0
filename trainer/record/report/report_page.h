// report.html: shows the course and the results of a run on one page that needs no scripts and no
// other files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "trainer/record/log/run_record.h"

namespace elman {

// What is known about a run when it starts.
struct RunDescription {
  // Names and values: what identifies the run, such as task, data and model, and further details,
  // such as memory and machine.
  std::vector<std::pair<std::string, std::string>> facts = {}, details = {};
  std::vector<std::string> data = {};     // the folders of the data sets
  std::vector<std::string> options = {};  // of elman-train that are neither data nor configuration
};

struct ReportPage {
  std::string title;     // the run directory
  bool running = false;  // whether the page reloads itself every 30 seconds
  double started = 0;    // when this process started, in seconds since 1970
  RunDescription run = {};
  std::string configuration = {};  // the text of config.textproto
};

// Publishes the page at `path`.
absl::Status WriteReportPage(const std::string& path, const ReportPage& page,
                             const RunRecord& record);

}  // namespace elman
