// Prints benchmark results as JSON lines and describes the machine.
#include "bench/line_reporter.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "data/format/json_writer.h"
#include "trainer/network/math/compute_environment.h"

namespace elman {
namespace {

double Quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// Returns the first core of /proc/cpuinfo, such as "AMD EPYC, family 26, model 2".
std::string Processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string name = "unknown", family, model;
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string value = line.substr(colon + 2);
    if (line.starts_with("model name")) {
      name = value;
    } else if (line.starts_with("cpu family")) {
      family = ", family " + value;
    } else if (line.starts_with("model\t")) {
      model = ", model " + value;
    }
  }
  return name + family + model;
}

}  // namespace

bool LineReporter::ReportContext(const Context&) {
  JsonObject line;
  line.Add("name", "Machine").Add("processor", Processor());
  line.Add("instruction_set", InstructionSet());
  line.Add("vector_instruction_set", VectorInstructionSet());
  line.Add("onednn", OneDnnVersion()).Add("compiler", __VERSION__).Add("elman", ELMAN_VERSION);
  std::printf("%s\n", line.ToString().c_str());
  return true;
}

void LineReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred || run.counters.empty()) continue;
    const auto& [counter, value] = *run.counters.begin();
    const bool flops = counter == "FLOP/s";
    const std::string& function = run.run_name.function_name;
    const std::string name =
        run.run_name.args.empty() ? function : function + "/" + run.run_name.args;
    if (!measurements_.contains(name)) names_.push_back(name);
    Measurements& measurements = measurements_[name];
    measurements.unit = flops ? "GFLOP/s" : counter;
    measurements.values.push_back(flops ? value / 1e9 : double{value});
  }
}

void LineReporter::Finalize() {
  for (const std::string& name : names_) {
    std::vector<double> sorted = measurements_[name].values;
    std::ranges::sort(sorted);
    JsonObject line;
    line.Add("name", name)
        .Add("value", Quantile(sorted, 0.5))
        .Add("unit", measurements_[name].unit);
    const std::vector<double> quartiles = {Quantile(sorted, 0.25), Quantile(sorted, 0.75)};
    line.AddJson("quartiles", JsonArray(quartiles, JsonNumber));
    std::printf("%s\n", line.ToString().c_str());
  }
}

}  // namespace elman
