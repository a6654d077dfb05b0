#include "trainer/run/run_preflight.h"

#include <cstdio>

#include "data/io/checksum.h"
#include "data/io/status_macros.h"
#include "trainer/comm/mpi_communicator.h"
#include "trainer/config/run_config.h"
#include "trainer/preflight/preflight.h"
#include "trainer/run/run_start.h"

namespace elman {
namespace {

constexpr double kPatienceForHello = 2;  // seconds to wait for messages of all watchdogs

// Counts the partial sums of the node that sends the most.
void CountPartialSums(const Topology& topology, PreflightRun* run) {
  if (topology.nodes() == 1) return;
  for (int node = 0; node < topology.nodes(); ++node) {
    const int sums = static_cast<int>(topology.node_subtrees(node).size());
    if (sums <= run->partial_sums) continue;
    run->partial_sums = sums;
    run->partial_sums_rank = topology.ranks(node)[0];
  }
}

}  // namespace

absl::Status CheckPlace(Communicator* communicator, const TrainingConfig& config,
                        const Dataset& dataset, Watchdog* watchdog, PlaceReport wanted,
                        GradientExchange* exchange) {
  const bool root = communicator->rank() == 0;
  PreflightRun run;
  run.dataset_folder = dataset.folder();
  run.dataset_fingerprint = DatasetFingerprint(dataset);
  run.config_fingerprint = Fingerprint().Add(RunConfigText(config)).Hex();
  run.shares_memory = exchange->shares_memory();
  run.window_bytes = Topology(communicator->NodeOfRank(), exchange->topology().lane_tree())
                         .SharedBytes(static_cast<int64_t>(exchange->values().size()));
  CountPartialSums(exchange->topology(), &run);
  run.mpi_version = MpiVersion();
  run.networks_included = MpiParameter("btl_tcp_if_include");
  run.networks_excluded = MpiParameter("btl_tcp_if_exclude");
  if (root && config.watchdog_seconds() > 0)
    run.unreachable = watchdog->UnreachableRanks(kPatienceForHello);
  if (wanted == PlaceReport::kTable) {
    run.exchange = [exchange] {
      exchange->ComputeLanes(0, [](int, GradientArray*) {});
      exchange->Reduce(0);
      exchange->ShareValues();
    };
  }
  ASSIGN_OR_RETURN(const PreflightReport report, Preflight(communicator, run));
  if (!root) return absl::OkStatus();
  FILE* const out = wanted == PlaceReport::kTable ? stdout : stderr;
  if (wanted == PlaceReport::kTable) std::fprintf(out, "%s", report.table.c_str());
  if (wanted == PlaceReport::kLine) std::fprintf(out, "%s\n", report.line.c_str());
  for (const std::string& warning : report.warnings)
    std::fprintf(out, "warning: %s\n", warning.c_str());
  return absl::OkStatus();
}

}  // namespace elman
