// Placement: which ranks run on which host, and on which of its cores.
#pragma once

#include <string>
#include <vector>

#include "trainer/preflight/rank_facts.h"

namespace elman {

// A host and its ranks.
struct HostPlacement {
  std::string name;
  std::vector<int> ranks;  // ascending
  std::vector<int> cores;  // cores that any of its ranks may use
  double usable = 0;       // number of cores that its ranks may keep busy at a time
};

// Returns the hosts in the order of their first ranks. `ranks` are the facts of all ranks in rank
// order.
std::vector<HostPlacement> PlacementOf(const std::vector<RankFacts>& ranks);

// Returns whether a rank is restricted to some cores of its host.
bool IsBound(const RankFacts& facts);

// Returns "none", "1 core each" or "1 to 4 cores each".
std::string BindingText(const HostPlacement& host, const std::vector<RankFacts>& ranks);

}  // namespace elman
