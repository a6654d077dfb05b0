#include "trainer/preflight/placement.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"

namespace elman {

std::vector<HostPlacement> PlacementOf(const std::vector<RankFacts>& ranks) {
  std::vector<HostPlacement> hosts;
  std::map<std::string, size_t> number_of_host;
  for (size_t rank = 0; rank < ranks.size(); ++rank) {
    const RankFacts& facts = ranks[rank];
    const auto [found, is_new] = number_of_host.try_emplace(facts.host, hosts.size());
    if (is_new) hosts.emplace_back().name = facts.host;
    HostPlacement* const host = &hosts[found->second];
    host->ranks.push_back(static_cast<int>(rank));
    std::vector<int> cores;
    std::ranges::set_union(host->cores, facts.processors.cores, std::back_inserter(cores));
    host->cores = cores;
    const double quota = facts.processors.quota;
    const auto count = static_cast<double>(cores.size());
    host->usable = quota > 0 ? std::min(count, std::max(1.0, quota)) : count;
  }
  return hosts;
}

bool IsBound(const RankFacts& facts) {
  return static_cast<int>(facts.processors.cores.size()) < facts.processors.cores_of_host;
}

std::string BindingText(const HostPlacement& host, const std::vector<RankFacts>& ranks) {
  size_t fewest = SIZE_MAX, most = 0;
  for (const int rank : host.ranks) {
    fewest = std::min(fewest, ranks[rank].processors.cores.size());
    most = std::max(most, ranks[rank].processors.cores.size());
  }
  if (!IsBound(ranks[host.ranks[0]])) return "none";
  if (fewest != most) return absl::StrCat(fewest, " to ", most, " cores each");
  return absl::StrCat(CountText(most, "core"), " each");
}

}  // namespace elman
