#include "trainer/preflight/warnings.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "trainer/network/math/compute_scope.h"

namespace elman {
namespace {

constexpr double kMaxSkew = 1;            // seconds
constexpr double kSlowestNetwork = 50e6;  // bytes/s of a host: half of Gigabit Ethernet
constexpr char kBindOptions[] = "--map-by core --bind-to core";

using Warnings = std::vector<std::string>;

// Warnings and the names of the hosts that they apply to.
using HostWarnings = std::vector<std::pair<std::string, std::vector<std::string>>>;

void Warn(const std::string& host, const std::string& text, HostWarnings* warnings) {
  auto same = std::ranges::find(*warnings, text, &HostWarnings::value_type::first);
  if (same == warnings->end()) same = warnings->insert(same, {text, {}});
  same->second.push_back(host);
}

// Adds "HOST: TEXT" or "HOST and 2 more hosts: TEXT".
void Merge(const HostWarnings& of_hosts, Warnings* warnings) {
  for (const auto& [text, hosts] : of_hosts) {
    const std::string others =
        hosts.size() > 1 ? absl::StrCat(" and ", CountText(hosts.size() - 1, "more host")) : "";
    warnings->push_back(absl::StrCat(hosts[0], others, ": ", text));
  }
}

// Warns of ranks that are bound to the same cores, if there are fewer cores than ranks.
void WarnOfSharedCores(const HostPlacement& host, const std::vector<RankFacts>& ranks,
                       HostWarnings* warnings) {
  std::map<std::vector<int>, std::vector<int>> ranks_by_cores;
  for (const int rank : host.ranks) ranks_by_cores[ranks[rank].processors.cores].push_back(rank);
  for (const auto& [cores, sharing] : ranks_by_cores) {
    if (sharing.size() <= cores.size()) continue;
    Warn(
        host.name,
        absl::StrCat("ranks ", NumberRanges(sharing), " bound to ", CountText(cores.size(), "core"),
                     " (", NumberRanges(cores), "); start with --bind-to none, or ", kBindOptions),
        warnings);
  }
}

void WarnOfCores(const HostPlacement& host, const std::vector<RankFacts>& ranks,
                 HostWarnings* warnings) {
  const RankFacts& first = ranks[host.ranks[0]];
  if (static_cast<double>(host.ranks.size()) > host.usable) {
    const std::string text = absl::StrFormat(
        "%s on %.4g usable cores: they share cores, and every step waits for the slowest rank; "
        "start %.0f ranks there (elman-run without -n does)",
        CountText(host.ranks.size(), "rank"), host.usable, std::floor(host.usable));
    return Warn(host.name, text, warnings);
  }
  WarnOfSharedCores(host, ranks, warnings);
  if (!IsBound(first) && host.ranks.size() > 1 &&
      static_cast<int>(host.ranks.size()) == first.processors.cores_of_host) {
    const std::string text =
        absl::StrCat("the ranks use all ", first.processors.cores_of_host,
                     " cores but are not bound to them, so the system moves them between cores; if "
                     "no other job runs there, start with ",
                     kBindOptions);
    Warn(host.name, text, warnings);
  }
}

// Warns of OMP_NUM_THREADS above 1: a rank uses one thread, so that the number of threads cannot
// change results.
void WarnOfThreads(const std::vector<RankFacts>& ranks, Warnings* warnings) {
  const auto asking = std::ranges::find_if(
      ranks, [](const RankFacts& facts) { return facts.requested_threads > kProductThreads; });
  if (asking == ranks.end()) return;
  warnings->push_back(absl::StrCat(
      asking->host, ": OMP_NUM_THREADS=", asking->requested_threads,
      " has no effect: a rank computes with one thread; start one rank per core instead"));
}

void WarnOfClocks(const std::vector<HostPlacement>& hosts, const std::vector<RankFacts>& ranks,
                  Warnings* warnings) {
  for (const HostPlacement& host : hosts) {
    const double offset = ranks[host.ranks[0]].clock_offset;
    if (std::abs(offset) <= kMaxSkew) continue;
    warnings->push_back(absl::StrFormat(
        "%s: its clock is %.1f s %s than that of %s, so time stamps are wrong; synchronize the "
        "clocks with NTP",
        host.name, std::abs(offset), offset > 0 ? "later" : "earlier", hosts[0].name));
  }
}

// Warns with the first rank whose `fact` differs from rank 0's.
void WarnOfDifference(const std::vector<RankFacts>& ranks, std::string RankFacts::*fact,
                      const std::string& what, const std::string& remedy, Warnings* warnings) {
  for (size_t rank = 1; rank < ranks.size(); ++rank) {
    if (ranks[rank].*fact == ranks[0].*fact) continue;
    warnings->push_back(absl::StrCat("rank ", rank, " on ", ranks[rank].host, " ", what, " ",
                                     ranks[rank].*fact, ", rank 0 on ", ranks[0].host, " ",
                                     ranks[0].*fact, "; ", remedy));
    return;
  }
}

// Returns the networks that all hosts are on, without bridges.
std::vector<std::string> CommonNetworks(const std::vector<HostPlacement>& hosts,
                                        const std::vector<RankFacts>& ranks) {
  std::vector<std::string> common;
  for (const NetworkInterface& candidate : ranks[0].interfaces) {
    const bool everywhere = std::ranges::all_of(hosts, [&](const HostPlacement& host) {
      return std::ranges::any_of(ranks[host.ranks[0]].interfaces, [&](const NetworkInterface& i) {
        return !i.bridge && i.network == candidate.network;
      });
    });
    if (everywhere) common.push_back(candidate.network);
  }
  return common;
}

void WarnOfNetworks(const std::vector<HostPlacement>& hosts, const std::vector<RankFacts>& ranks,
                    const PreflightRun& run, const ExchangeSpeed& speed, Warnings* warnings) {
  if (hosts.size() < 2) return;
  const std::vector<std::string> common = CommonNetworks(hosts, ranks);
  const std::string network = common.empty() ? "INTERFACE" : common[0];
  const std::string remedy = absl::StrCat(
      "name the network between the hosts: --mca "
      "btl_tcp_if_include ",
      network, " --mca oob_tcp_if_include ", network);
  for (const HostPlacement& host : hosts) {
    if (!run.networks_included.empty()) break;
    const auto& interfaces = ranks[host.ranks[0]].interfaces;
    const auto bridge = std::ranges::find_if(interfaces, [&](const NetworkInterface& interface) {
      return interface.bridge && !absl::StrContains(run.networks_excluded, interface.name) &&
             !absl::StrContains(run.networks_excluded, interface.network);
    });
    if (bridge == interfaces.end()) continue;
    warnings->push_back(absl::StrCat(host.name, ": MPI may use ", bridge->name, " (",
                                     bridge->address,
                                     "), a bridge that does not connect to other hosts; ", remedy));
    break;
  }
  size_t most_ranks = 0;
  for (const HostPlacement& host : hosts) most_ranks = std::max(most_ranks, host.ranks.size());
  const double rate = speed.message_rate * static_cast<double>(most_ranks);
  if (speed.between_hosts && rate < kSlowestNetwork) {
    warnings->push_back(
        absl::StrFormat("a host sends %s/s to another, less than half of Gigabit Ethernet; %s",
                        ByteText(rate), remedy));
  }
  for (size_t rank = 0; rank < run.unreachable.size(); ++rank) {
    warnings->push_back(
        absl::StrCat("the watchdog of rank ", run.unreachable[rank], " on ",
                     ranks[run.unreachable[rank]].host, " does not reach rank 0 over UDP",
                     run.unreachable.size() > 1
                         ? absl::StrCat(", nor ", run.unreachable.size() == 2 ? "does " : "do ",
                                        CountText(run.unreachable.size() - 1, "other"))
                         : "",
                     "; allow UDP between the hosts, otherwise hangs are detected late"));
    break;
  }
}

void WarnOfMessages(const std::vector<HostPlacement>& hosts, const std::vector<RankFacts>& ranks,
                    const PreflightRun& run, Warnings* warnings) {
  if (run.shares_memory || hosts.size() == ranks.size()) return;
  const auto free = [&](const HostPlacement& host) { return ranks[host.ranks[0]].shared_memory; };
  const HostPlacement& smallest = *std::ranges::min_element(hosts, {}, free);
  warnings->push_back(absl::StrCat(
      smallest.name,
      ": gradients are exchanged as messages, which is slower, because /dev/shm has ",
      ByteText(static_cast<double>(free(smallest))), " free and shared memory needs ",
      ByteText(static_cast<double>(run.window_bytes)),
      "; make it larger: docker run --shm-size=..., a volume of medium Memory in Kubernetes, or "
      "mount -o remount,size=... /dev/shm"));
}

void WarnOfPartialSums(const std::vector<RankFacts>& ranks, const PreflightRun& run,
                       Warnings* warnings) {
  if (run.partial_sums <= 1) return;
  warnings->push_back(
      absl::StrCat(ranks[run.partial_sums_rank].host, ": sends ", run.partial_sums,
                   " sums of gradients instead of one, because it does not compute whole groups of "
                   "lanes (exchange.lane_group); start as many ranks on every host as at the first "
                   "start of the run"));
}

}  // namespace

std::vector<std::string> FindWarnings(const std::vector<RankFacts>& ranks,
                                      const std::vector<HostPlacement>& hosts,
                                      const PreflightRun& run, const ExchangeSpeed& speed) {
  Warnings warnings;
  WarnOfDifference(ranks, &RankFacts::program, "runs build",
                   "give every host the same build, otherwise results depend on where a lane runs",
                   &warnings);
  WarnOfDifference(
      ranks, &RankFacts::libraries, "uses",
      "give every host the same packages, otherwise results depend on where a lane runs",
      &warnings);
  WarnOfDifference(ranks, &RankFacts::instructions, "computes with",
                   "use hosts of one kind, otherwise results depend on where a lane runs",
                   &warnings);
  HostWarnings of_hosts;
  for (const HostPlacement& host : hosts) WarnOfCores(host, ranks, &of_hosts);
  Merge(of_hosts, &warnings);
  WarnOfThreads(ranks, &warnings);
  WarnOfClocks(hosts, ranks, &warnings);
  WarnOfMessages(hosts, ranks, run, &warnings);
  WarnOfPartialSums(ranks, run, &warnings);
  WarnOfNetworks(hosts, ranks, run, speed, &warnings);
  return warnings;
}

}  // namespace elman
