// Runs the benchmarks. Repetitions of all are interleaved at random, so that a busy moment hits
// none alone.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/line_reporter.h"
#include "trainer/network/math/compute_scope.h"

int main(int argc, char** argv) {
  const elman::ComputeScope scope;
  std::vector<char*> arguments(argv, argv + argc);
  std::string repetitions = "--benchmark_repetitions=5",
              interleaved = "--benchmark_enable_random_interleaving=true";
  // Before the user's own, which win.
  arguments.insert(arguments.begin() + 1, {repetitions.data(), interleaved.data()});
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  elman::LineReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
