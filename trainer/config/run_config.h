// The configuration of a run: parses it, applies overrides from the command line, sets defaults and
// checks it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/training.pb.h"
#include "trainer/config/config_places.h"

namespace elman {

// Parses the text of a --config file (`path` is used in messages only; empty: the text is from no
// file). Then applies `overrides`, each "path.to.field=value", in order, sets every unset field to
// its default and checks all values that can be checked without data. InvalidArgument names the
// line, the override or the field. The places of all given fields are added to `places`, unless it
// is null.
absl::StatusOr<TrainingConfig> ParseRunConfig(const std::string& text, const std::string& path,
                                              const std::vector<std::string>& overrides,
                                              ConfigPlaces* places = nullptr);

// Returns the configuration as the text of config.textproto.
std::string RunConfigText(const TrainingConfig& config);

// Checks whether a run that was started with `before` may be resumed with `now`. Limits, schedule,
// learning rate and clipping, evaluation, logging, watchdog, exchange, checkpoint and divergence
// policy may change. InvalidArgument names the first other field that differs, with both values.
absl::Status CheckResumable(const TrainingConfig& before, const TrainingConfig& now);

}  // namespace elman
