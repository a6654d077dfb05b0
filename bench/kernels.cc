// What a training step is made of, on one thread: the matrix product that sets the scale, the
// recurrent cells and the vocabulary pass. Repetitions of all benchmarks are interleaved at random,
// so that a busy moment hits none alone.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "bench/line_reporter.h"
#include "trainer/math/compute_environment.h"
#include "trainer/math/gemm.h"
#include "trainer/math/recurrent.h"
#include "trainer/nn/vocabulary_loss.h"

namespace elman {
namespace {

std::vector<float> Numbers(int64_t count) {
  std::vector<float> numbers(count);
  for (int64_t i = 0; i < count; ++i) numbers[i] = 0.1f * std::sin(static_cast<float>(i));
  return numbers;
}

void CountFlops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

// Every figure is to be read as a fraction of this one.
void Sgemm(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> a = Numbers(n * n), b = Numbers(n * n);
  std::vector<float> c(n * n);
  for (auto _ : state)
    Gemm(Transpose::kNo, Transpose::kNo, 1, {a.data(), n, n}, {b.data(), n, n}, 0,
         {c.data(), n, n});
  CountFlops(state, 2.0 * n * n * n);
}

// A layer forward and backward over `steps` time steps, weights laid out anew as after an update.
void CellPasses(benchmark::State& state, Cell cell) {
  const int64_t hidden = state.range(0), batch = state.range(1), steps = state.range(2),
                rows = steps * batch;
  const std::vector<float> w = Numbers(2 * hidden * GateCount(cell) * hidden),
                           bias = Numbers(BiasCount(cell) * hidden);
  const int64_t size = hidden * GateCount(cell) * hidden;
  std::vector<float> d_w(w.size()), d_bias(bias.size()), x = Numbers(rows * hidden), y(x.size()),
                                                         d_x(x.size());
  std::vector<float> ends(6 * batch * hidden, 0);
  const auto end = [&](int i) { return Matrix{ends.data() + i * batch * hidden, batch, hidden}; };
  const RecurrentWeights weights = {{w.data(), hidden, GateCount(cell) * hidden},
                                    {w.data() + size, hidden, GateCount(cell) * hidden},
                                    {bias.data(), 1, BiasCount(cell) * hidden}};
  const RecurrentGradients gradients = {{d_w.data(), hidden, GateCount(cell) * hidden},
                                        {d_w.data() + size, hidden, GateCount(cell) * hidden},
                                        {d_bias.data(), 1, BiasCount(cell) * hidden}};
  RecurrentPrimitives primitives(cell, Direction::kLeftToRight, hidden, hidden);
  Workspace workspace;
  for (auto _ : state) {
    workspace.Reset();
    primitives.UseWeights(weights);
    const RecurrentTape tape =
        primitives.Forward(steps, batch, {x.data(), rows, hidden}, {end(0), end(1)},
                           {y.data(), rows, hidden}, {end(2), end(3)}, &workspace);
    primitives.Backward(steps, batch, tape, {x.data(), rows, hidden}, {},
                        {d_x.data(), rows, hidden}, {end(4), end(5)}, gradients);
  }
  CountFlops(state, 3.0 * 2 * rows * 2 * hidden * GateCount(cell) * hidden);
}

// Projection, softmax, loss and all gradients.
void VocabularyPass(benchmark::State& state) {
  const int64_t vocabulary = state.range(0), hidden = state.range(1), rows = state.range(2);
  ParameterTable table;
  VocabularyLoss loss("output", vocabulary, hidden, {}, &table);
  const std::vector<float> values = Numbers(table.size()), h = Numbers(rows * hidden);
  std::vector<float> gradients(table.size()), d_h(h.size());
  std::vector<int32_t> targets(rows);
  for (int64_t r = 0; r < rows; ++r) targets[r] = static_cast<int32_t>(r * 7919 % vocabulary);
  Workspace workspace;
  for (auto _ : state) {
    workspace.Reset();
    benchmark::DoNotOptimize(loss.Train(values.data(), {h.data(), rows, hidden}, targets,
                                        {d_h.data(), rows, hidden}, gradients.data(), &workspace));
  }
  CountFlops(state, 3.0 * 2 * rows * hidden * vocabulary);
}

BENCHMARK(Sgemm)->Arg(1024);
BENCHMARK_CAPTURE(CellPasses, Lstm, Cell::kLstm)
    ->ArgsProduct({{128, 200, 256, 512, 650, 1024}, {8, 20, 64}, {35}});
BENCHMARK_CAPTURE(CellPasses, Gru, Cell::kGru)->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK_CAPTURE(CellPasses, LinearBeforeResetGru, Cell::kLinearBeforeResetGru)
    ->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK_CAPTURE(CellPasses, Tanh, Cell::kTanh)->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK(VocabularyPass)->ArgsProduct({{1000, 10000, 33278, 100000}, {200, 650}, {400}});

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  elman::LimitThreads();
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
