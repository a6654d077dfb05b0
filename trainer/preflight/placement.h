// Which ranks are on which host, and on which of its cores.
#pragma once

#include <string>
#include <vector>

#include "trainer/preflight/rank_facts.h"

namespace elman {

struct HostPlacement {
  std::string name;
  std::vector<int> ranks;  // in order
  std::vector<int> cores;  // that any of its ranks may use
  double usable = 0;       // how many of the cores they may keep busy at a time
};

// The hosts in the order of their first ranks; `ranks` are the facts of all ranks in order.
std::vector<HostPlacement> PlacementOf(const std::vector<RankFacts>& ranks);

// Whether a rank may not use all cores of its host.
bool IsBound(const RankFacts& facts);

// "none", "1 core each" or "1 to 4 cores each".
std::string BindingText(const HostPlacement& host, const std::vector<RankFacts>& ranks);

}  // namespace elman
