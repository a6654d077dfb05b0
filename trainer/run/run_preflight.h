// The preflight of a run: what it is, compared with the place where it is to run.
#pragma once

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/watchdog/watchdog.h"

namespace elman {

// What rank 0 prints of what the preflight finds, besides its warnings: nothing, one line, to
// standard error, or the whole table, for which a step's exchange is timed, to standard output.
enum class PlaceReport { kWarnings, kLine, kTable };

// Before the values are initialized. Collective; fails alike on every rank.
absl::Status CheckPlace(Communicator* communicator, const TrainingConfig& config,
                        const Dataset& dataset, Watchdog* watchdog, PlaceReport wanted,
                        GradientExchange* exchange);

}  // namespace elman
