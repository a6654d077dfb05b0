// The preflight of a training run: collects its properties and checks them against the hosts.
#pragma once

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/watchdog/watchdog.h"

namespace elman {

// What rank 0 prints in addition to warnings: nothing; one line to standard error; or the whole
// table, including the time of a step's exchange, to standard output.
enum class PlaceReport { kWarnings, kLine, kTable };

// Call before the values are initialized. Collective; returns the same error on every rank.
absl::Status CheckPlace(Communicator* communicator, const TrainingConfig& config,
                        const Dataset& dataset, Watchdog* watchdog, PlaceReport wanted,
                        GradientExchange* exchange);

}  // namespace elman
