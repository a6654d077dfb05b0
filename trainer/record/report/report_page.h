// report.html: shows the course of a run on one page that needs no scripts and no other files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "trainer/record/log/run_record.h"

namespace elman {

struct ReportPage {
  std::string title;
  bool running = false;  // whether the page reloads itself every 30 seconds
  // Facts about the run: model, data, machine.
  std::vector<std::pair<std::string, std::string>> facts;
  std::string configuration;  // the text of config.textproto
};

// Publishes the page at `path`.
absl::Status WriteReportPage(const std::string& path, const ReportPage& page,
                             const RunRecord& record);

}  // namespace elman
