#include "trainer/preflight/preflight.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "trainer/network/math/compute_scope.h"
#include "trainer/preflight/placement.h"
#include "trainer/preflight/warnings.h"

namespace elman {
namespace {

std::string ExchangeText(const std::vector<HostPlacement>& hosts, size_t ranks,
                         const PreflightRun& run, const ExchangeSpeed& speed) {
  if (ranks == 1) return "none: one rank";
  std::string text = "messages, because /dev/shm is too small";
  if (run.shares_memory) {
    text = absl::StrCat("shared memory, ", ByteText(static_cast<double>(run.window_bytes)),
                        hosts.size() > 1 ? " on a host; messages between hosts" : "");
  }
  if (speed.step_seconds > 0)
    absl::StrAppendFormat(&text, "; %.3g ms per step", speed.step_seconds * 1e3);
  if (speed.message_rate > 0) {
    absl::StrAppend(&text, "; messages at ", ByteText(speed.message_rate), "/s per rank");
  }
  return text;
}

std::string Table(const std::vector<HostPlacement>& hosts, const std::vector<RankFacts>& ranks,
                  const PreflightRun& run, const std::string& exchange) {
  size_t host_width = 4, ranks_width = 5, instructions_width = 12;
  for (const HostPlacement& host : hosts) {
    host_width = std::max(host_width, host.name.size());
    ranks_width = std::max(ranks_width, NumberRanges(host.ranks).size());
    instructions_width = std::max(instructions_width, ranks[host.ranks[0]].instructions.size());
  }
  std::string table = absl::StrFormat(
      "  %-*s  %-*s  cores     binding       threads  %-*s  %-10s  /dev/shm\n", host_width, "host",
      ranks_width, "ranks", instructions_width, "instructions", "clock");
  for (const HostPlacement& host : hosts) {
    const RankFacts& first = ranks[host.ranks[0]];
    absl::StrAppendFormat(&table, "  %-*s  %-*s  %-8s  %-12s  %-7d  %-*s  %-10s  %s free\n",
                          host_width, host.name, ranks_width, NumberRanges(host.ranks),
                          absl::StrCat(host.cores.size(), " of ", first.processors.cores_of_host),
                          BindingText(host, ranks), kProductThreads, instructions_width,
                          first.instructions, absl::StrFormat("%+.1f ms", first.clock_offset * 1e3),
                          ByteText(static_cast<double>(first.shared_memory)));
  }
  absl::StrAppend(&table, "  program   Elman ", ranks[0].version, " (", ranks[0].program, "), ",
                  ranks[0].libraries, "\n");
  absl::StrAppend(&table, "  data set  ", run.dataset_folder, ", fingerprint ",
                  run.dataset_fingerprint.substr(0, 8), ", the same on all ranks\n");
  absl::StrAppend(&table, "  config    fingerprint ", run.config_fingerprint.substr(0, 8),
                  ", the same on all ranks\n");
  absl::StrAppend(&table, "  exchange  ", exchange, "\n");
  return table;
}

}  // namespace

PreflightReport CheckRankFacts(const std::vector<RankFacts>& ranks, const PreflightRun& run,
                               const ExchangeSpeed& speed) {
  const std::vector<HostPlacement> hosts = PlacementOf(ranks);
  PreflightReport report;
  report.warnings = FindWarnings(ranks, hosts, run, speed);
  const std::string exchange = ExchangeText(hosts, ranks.size(), run, speed);
  report.table = Table(hosts, ranks, run, exchange);
  report.line =
      absl::StrCat("preflight: ", CountText(ranks.size(), "rank"), " on ",
                   CountText(hosts.size(), "host"), ", binding ", BindingText(hosts[0], ranks),
                   ", ", CountText(kProductThreads, "thread"), " per rank, exchange ", exchange);
  return report;
}

absl::StatusOr<PreflightReport> Preflight(Communicator* communicator, const PreflightRun& run) {
  ASSIGN_OR_RETURN(const std::vector<RankFacts> ranks,
                   GatherFacts(communicator, ThisRankFacts(run.mpi_version, run.dataset_fingerprint,
                                                           run.config_fingerprint)));
  std::vector<std::string> hosts;
  for (size_t rank = 0; rank < ranks.size(); ++rank) {
    hosts.push_back(ranks[rank].host);
    if (ranks[rank].config != ranks[0].config) {
      return absl::FailedPreconditionError(
          absl::StrCat("rank ", rank, " on ", ranks[rank].host,
                       " was started with other overrides of the configuration than rank 0; give "
                       "all ranks the same command line"));
    }
  }
  return CheckRankFacts(ranks, run, MeasureExchange(communicator, hosts, run.exchange));
}

}  // namespace elman
