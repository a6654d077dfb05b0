#include "bench/line_reporter.h"

#include <algorithm>
#include <cstdio>

#include "data/io/json_writer.h"

namespace elman {
namespace {

double Quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

void LineReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const auto flops = run.counters.find("FLOP/s");
    if (run.run_type != Run::RT_Iteration || flops == run.counters.end()) continue;
    const std::string name = run.run_name.function_name + "/" + run.run_name.args;
    if (!values_.contains(name)) names_.push_back(name);
    values_[name].push_back(flops->second.value / 1e9);
  }
}

void LineReporter::Finalize() {
  for (const std::string& name : names_) {
    std::vector<double> sorted = values_[name];
    std::ranges::sort(sorted);
    JsonObject line;
    line.Add("name", name).Add("value", Quantile(sorted, 0.5)).Add("unit", "GFLOP/s");
    char quartiles[64];
    std::snprintf(quartiles, sizeof(quartiles), "[%.2f, %.2f]", Quantile(sorted, 0.25),
                  Quantile(sorted, 0.75));
    std::printf("%s\n", line.AddJson("quartiles", quartiles).ToString().c_str());
  }
}

}  // namespace elman
