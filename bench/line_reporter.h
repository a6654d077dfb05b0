// Results as one JSON object a line: name, value, unit, and the quartiles over the repetitions.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace elman {

// Reports the counter "FLOP/s" in GFLOP/s, as its median over the repetitions with quartiles.
class LineReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  std::vector<std::string> names_;  // in order of appearance
  std::map<std::string, std::vector<double>> values_;
};

}  // namespace elman
