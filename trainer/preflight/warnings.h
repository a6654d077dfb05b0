// Finds conditions that slow a job down or make its results depend on the hosts, with remedies.
#pragma once

#include <string>
#include <vector>

#include "trainer/preflight/exchange_speed.h"
#include "trainer/preflight/placement.h"
#include "trainer/preflight/preflight_run.h"

namespace elman {

// Returns one line per warning. `ranks` are the facts of all ranks in rank order, `hosts` their
// placement.
std::vector<std::string> FindWarnings(const std::vector<RankFacts>& ranks,
                                      const std::vector<HostPlacement>& hosts,
                                      const PreflightRun& run, const ExchangeSpeed& speed);

}  // namespace elman
