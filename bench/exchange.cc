// Benchmark of the gradient exchange: sums gradients and shares values among ranks with
// GradientExchange and with MPI_Allreduce. Prints one JSON object for each size. Run it under
// mpirun; the arguments are numbers of floats.
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "data/format/json_writer.h"
#include "trainer/comm/mpi_communicator.h"
#include "trainer/exchange/gradient_exchange.h"

namespace elman {
namespace {

constexpr int kWarmUp = 3, kPairs = 21;

// Returns the time until all ranks have finished `work`.
double Seconds(Communicator* communicator, const std::function<void()>& work) {
  communicator->Barrier();
  const auto began = std::chrono::steady_clock::now();
  work();
  communicator->Barrier();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double Quantile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

void Compare(Communicator* communicator, int64_t floats) {
  BlockSet dense(floats);
  dense.Insert(0, floats);
  const SumTree lanes(communicator->size());
  GradientExchange exchange(communicator,
                            ExchangePlan(Topology(communicator->NodeOfRank(), lanes), dense, {}));
  FloatArray sums(floats);
  std::vector<double> ours, ratios;
  for (int i = 0; i < kWarmUp + kPairs; ++i) {
    exchange.ComputeLanes(i, [](int lane, GradientArray* gradients) {
      std::fill_n(gradients->data(), gradients->touched().elements(), static_cast<float>(lane));
    });
    const auto exchanged = [&] {
      exchange.Reduce(i);
      exchange.ShareValues();
    };
    const auto allreduced = [&] {
      MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(floats), MPI_FLOAT, MPI_SUM,
                    MPI_COMM_WORLD);
    };
    std::ranges::fill(sums.span(), static_cast<float>(i));
    // The order alternates.
    const double before = i % 2 == 0 ? 0 : Seconds(communicator, allreduced);
    const double mine = Seconds(communicator, exchanged);
    const double theirs = i % 2 == 0 ? Seconds(communicator, allreduced) : before;
    if (i < kWarmUp) continue;
    ours.push_back(mine);
    ratios.push_back(theirs / mine);
  }
  if (communicator->rank() != 0) return;
  const std::vector<double> quartiles = {Quantile(ratios, 0.25), Quantile(ratios, 0.75)};
  JsonObject line;
  line.Add("name",
           "Exchange/" + std::to_string(floats) + "/" + std::to_string(communicator->size()))
      .Add("value", Quantile(ours, 0.5))
      .Add("unit", "s")
      .Add("against", "MPI_Allreduce")
      .Add("ratio", Quantile(ratios, 0.5))
      .AddJson("quartiles", JsonArray(quartiles, JsonNumber));
  std::printf("%s\n", line.ToString().c_str());
  std::fflush(stdout);
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  const auto communicator = elman::CreateMpiCommunicator(&argc, &argv);
  for (int i = 1; i < argc; ++i) elman::Compare(communicator.get(), std::atoll(argv[i]));
}
