// Before the first step: where the ranks run, whether they agree on what they run, and what will
// make them slow, with the remedy.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/comm/communicator.h"
#include "trainer/preflight/exchange_speed.h"
#include "trainer/preflight/preflight_run.h"
#include "trainer/preflight/rank_facts.h"

namespace elman {

struct PreflightReport {
  std::string table;                  // for people, several lines
  std::string line;                   // the same in one line
  std::vector<std::string> warnings;  // each with what to do about it
};

// Collective; the same on every rank. FailedPrecondition if the ranks are of different versions or
// configurations.
absl::StatusOr<PreflightReport> Preflight(Communicator* communicator, const PreflightRun& run);

// The judgement alone, of the facts of all ranks in order.
PreflightReport JudgeFacts(const std::vector<RankFacts>& ranks, const PreflightRun& run,
                           const ExchangeSpeed& speed);

}  // namespace elman
