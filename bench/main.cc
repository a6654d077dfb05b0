// Runs the benchmarks. The repetitions of all benchmarks are interleaved in random order, so that a
// short load on the machine does not affect only one of them.
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
  // Inserted before the user's arguments, which take precedence.
  arguments.insert(arguments.begin() + 1, {repetitions.data(), interleaved.data()});
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  elman::LineReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
