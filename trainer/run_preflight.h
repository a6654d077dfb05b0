// The preflight of a run: what it is, compared with the place where it is to run.
#pragma once

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/watchdog/watchdog.h"

namespace elman {

// Rank 0 prints what the preflight finds: the whole table, for which a step's exchange is timed, to
// standard output; or one line to standard error; with the warnings. Before the values are
// initialized. Collective; fails alike on every rank.
absl::Status CheckPlace(Communicator* communicator, const TrainingConfig& config,
                        const Dataset& dataset, Watchdog* watchdog, bool whole_table,
                        GradientExchange* exchange);

}  // namespace elman
