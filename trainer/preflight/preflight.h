// Checks before the first step: reports where the ranks run, verifies that all ranks run the same
// program and configuration, and warns of conditions that slow a run down, with remedies.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/comm/communicator.h"
#include "trainer/preflight/exchange_speed.h"
#include "trainer/preflight/preflight_run.h"
#include "trainer/preflight/rank_facts.h"

namespace elman {

// The result of a preflight.
struct PreflightReport {
  std::string table;                  // for people, several lines
  std::string line;                   // a summary in one line
  std::vector<std::string> warnings;  // each with its remedy
};

// Collective; the same result on every rank. FailedPrecondition if the ranks have different
// versions or configurations.
absl::StatusOr<PreflightReport> Preflight(Communicator* communicator, const PreflightRun& run);

// The part of Preflight without communication: evaluates the facts of all ranks, in rank order.
PreflightReport CheckRankFacts(const std::vector<RankFacts>& ranks, const PreflightRun& run,
                               const ExchangeSpeed& speed);

}  // namespace elman
