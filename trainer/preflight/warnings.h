// What will make a job slow, or its results depend on where it runs, and what to do about it.
#pragma once

#include <string>
#include <vector>

#include "trainer/preflight/exchange_speed.h"
#include "trainer/preflight/placement.h"
#include "trainer/preflight/preflight_run.h"

namespace elman {

// A line each. `ranks` are the facts of all ranks in order, `hosts` their placement.
std::vector<std::string> FindWarnings(const std::vector<RankFacts>& ranks,
                                      const std::vector<HostPlacement>& hosts,
                                      const PreflightRun& run, const ExchangeSpeed& speed);

}  // namespace elman
