// Benchmarks of the parts of a training step on one thread: the matrix product that serves as
// reference, recurrent cells, sequences of different lengths and the vocabulary pass.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cmath>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/support/onednn_recurrent.h"
#include "trainer/network/cells/recurrent.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/outputs/vocabulary_loss.h"
#include "trainer/network/recurrent/rnn_stack.h"

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

// The reference: all other results are fractions of this one.
void Sgemm(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> a = Numbers(n * n), b = Numbers(n * n);
  std::vector<float> c(n * n);
  for (auto _ : state)
    Gemm(Transpose::kNo, Transpose::kNo, 1, {a.data(), n, n}, {b.data(), n, n}, 0,
         {c.data(), n, n});
  CountFlops(state, 2.0 * n * n * n);
}

// A layer forward and backward over `steps` time steps, including the new layout of the weights
// after an update.
void CellPasses(benchmark::State& state, Cell cell) {
  const int64_t hidden = state.range(0), batch = state.range(1), steps = state.range(2),
                rows = steps * batch;
  ParameterTable table;
  Recurrence layer("layer", 0, {.cell = cell, .input_size = hidden, .hidden_size = hidden}, &table);
  const std::vector<float> values = Numbers(table.size()), x = Numbers(rows * hidden);
  std::vector<float> gradients(table.size()), carry(2 * batch * hidden, 0);
  const RecurrentState ends = {{carry.data(), batch, hidden},
                               {carry.data() + batch * hidden, batch, hidden}};
  const SequenceLayout layout(steps, batch);
  RecurrentTape tape;
  Workspace workspace;
  for (auto _ : state) {
    workspace.Reset();
    layer.UseValues(values.data());
    layer.Forward({}, layout, {x.data(), rows, hidden}, ends, &tape, &workspace);
    layer.Backward(tape, layout, {x.data(), rows, hidden}, /*d_last=*/{}, /*begun=*/false,
                   /*d_before=*/{}, gradients.data(), &workspace);
  }
  // Jordan's network also multiplies with its output weights.
  const double products = 2 * GateCount(cell) + (cell == Cell::kJordan);
  CountFlops(state, 3.0 * 2 * rows * products * hidden * hidden);
}

// The same with oneDNN's recurrent primitives.
void OneDnnCellPasses(benchmark::State& state, Cell cell) {
  const int64_t hidden = state.range(0), batch = state.range(1), steps = state.range(2),
                rows = steps * batch, gates = GateCount(cell) * hidden;
  const std::vector<float> weights = Numbers(2 * hidden * gates + 4 * hidden),
                           x = Numbers(rows * hidden);
  std::vector<float> gradients(weights.size()), y(x.size()), d_x(x.size()),
      ends(6 * batch * hidden, 0);
  const auto views = [&](auto* data) {
    return RecurrentWeightsOf<MatrixView<std::remove_pointer_t<decltype(data)>>>{
        {data, hidden, gates},
        {data + hidden * gates, hidden, gates},
        {data + 2 * hidden * gates, 1, BiasCount(cell) * hidden},
        {},
        {},
        {}};
  };
  const auto end = [&](int i) {
    return RecurrentState{{ends.data() + 2 * i * batch * hidden, batch, hidden},
                          {ends.data() + (2 * i + 1) * batch * hidden, batch, hidden}};
  };
  OneDnnRecurrent primitive(cell, steps, batch, hidden, hidden);
  for (auto _ : state) {
    primitive.Forward(views(weights.data()), {x.data(), rows, hidden}, end(0),
                      {y.data(), rows, hidden}, end(1));
    primitive.Backward({x.data(), rows, hidden}, {d_x.data(), rows, hidden}, end(2),
                       views(gradients.data()));
  }
  CountFlops(state, 3.0 * 2 * rows * 2 * hidden * gates);
}

// A bidirectional layer forward and backward over sequences of 3 to 50 steps, as in tagging.
void TaggingBatch(benchmark::State& state, Cell cell) {
  const int64_t hidden = state.range(0);
  std::vector<int32_t> lengths(state.range(1));
  for (size_t i = 0; i < lengths.size(); ++i) lengths[i] = static_cast<int32_t>(3 + i * 29 % 48);
  ParameterTable table;
  RnnStack stack("layer",
                 {.cell = cell, .input_size = hidden, .hidden_size = hidden, .bidirectional = true},
                 &table);
  const std::vector<float> values = Numbers(table.size());
  std::vector<float> gradients(table.size()), x, d_y,
      carry(stack.states() * lengths.size() * hidden);
  SequenceLayout layout;
  RnnStack::Tape tape;
  Workspace workspace;
  for (auto _ : state) {
    workspace.Reset();
    layout.Assign(lengths);
    x.assign(layout.rows() * hidden, 0.1f);
    d_y.assign(layout.rows() * 2 * hidden, 1.0f);
    stack.UseValues(values.data());
    stack.Begin(nullptr, layout, carry.data());
    stack.Forward({}, layout, {x.data(), layout.rows(), hidden}, carry.data(), &tape, &workspace);
    stack.Backward(tape, layout, {d_y.data(), layout.rows(), 2 * hidden}, /*begun=*/true,
                   gradients.data(), &workspace);
  }
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(layout.rows()),
                                                  benchmark::Counter::kIsIterationInvariantRate);
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

// Returns a value of /proc/self/status in bytes.
double ProcessMemory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return 1024 * std::stod(line.substr(name.size() + 1));
  }
  return 0;
}

// The peak memory of the pass in addition to weights, gradients and inputs.
void VocabularyMemory(benchmark::State& state) {
  const int64_t vocabulary = state.range(0), hidden = state.range(1), rows = state.range(2);
  ParameterTable table;
  VocabularyLoss loss("output", vocabulary, hidden, {}, &table);
  const std::vector<float> values = Numbers(table.size()), h = Numbers(rows * hidden);
  std::vector<float> gradients(table.size(), 1), d_h(h.size(), 1);
  const std::vector<int32_t> targets(rows, 0);
  double peak = 0;
  for (auto _ : state) {
    std::ofstream("/proc/self/clear_refs") << "5";  // resets the peak
    malloc_trim(0);
    const double before = ProcessMemory("VmRSS");
    Workspace workspace;
    loss.Train(values.data(), {h.data(), rows, hidden}, targets, {d_h.data(), rows, hidden},
               gradients.data(), &workspace);
    peak = std::max(peak, ProcessMemory("VmHWM") - before);
  }
  state.counters["bytes"] = peak;
}

void EveryShape(benchmark::internal::Benchmark* cell) {
  cell->ArgsProduct({{128, 200, 256, 512, 650, 1024}, {8, 20, 64}, {35}});
}

BENCHMARK(Sgemm)->Arg(1024);
BENCHMARK_CAPTURE(CellPasses, Tanh, Cell::kTanh)->Apply(EveryShape);
BENCHMARK_CAPTURE(CellPasses, Relu, Cell::kRelu)->Apply(EveryShape);
BENCHMARK_CAPTURE(CellPasses, Lstm, Cell::kLstm)->Apply(EveryShape);
BENCHMARK_CAPTURE(CellPasses, PeepholeLstm, Cell::kPeepholeLstm)->Apply(EveryShape);
BENCHMARK_CAPTURE(CellPasses, Gru, Cell::kGru)->Apply(EveryShape);
BENCHMARK_CAPTURE(CellPasses, LinearBeforeResetGru, Cell::kLinearBeforeResetGru)->Apply(EveryShape);
BENCHMARK_CAPTURE(CellPasses, Jordan, Cell::kJordan)->Apply(EveryShape);
BENCHMARK_CAPTURE(OneDnnCellPasses, Tanh, Cell::kTanh)->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK_CAPTURE(OneDnnCellPasses, Lstm, Cell::kLstm)->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK_CAPTURE(OneDnnCellPasses, Gru, Cell::kGru)->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK_CAPTURE(OneDnnCellPasses, LinearBeforeResetGru, Cell::kLinearBeforeResetGru)
    ->ArgsProduct({{200, 650}, {20}, {35}});
BENCHMARK_CAPTURE(TaggingBatch, Lstm, Cell::kLstm)->Args({200, 64});
BENCHMARK_CAPTURE(TaggingBatch, Gru, Cell::kGru)->Args({200, 64});
BENCHMARK(VocabularyPass)->ArgsProduct({{1000, 10000, 33278, 100000}, {200, 650}, {400}});
BENCHMARK(VocabularyMemory)->Args({33278, 200, 2048})->Iterations(1);

}  // namespace
}  // namespace elman
