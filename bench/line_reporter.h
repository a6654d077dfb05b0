// Prints results as one JSON object per line: name, value, unit, and the quartiles over the
// repetitions. The first line describes the machine.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace elman {

// Reports the only counter of each benchmark, whose name is its unit, as the median over the
// repetitions with quartiles; FLOP/s as GFLOP/s.
class LineReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Measurements {
    std::string unit;
    std::vector<double> values;
  };
  std::vector<std::string> names_;  // in order of appearance
  std::map<std::string, Measurements> measurements_;
};

}  // namespace elman
