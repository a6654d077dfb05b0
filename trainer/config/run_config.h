// The configuration of a run: read, overridden from the command line, completed and judged.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/training.pb.h"

namespace elman {

// Parses the text of a --config file; `path` is for messages. Then applies `overrides`, each
// "path.to.field=value", in order, writes every default out and checks every value that can be
// checked without data. InvalidArgument names the line, the override or the field.
absl::StatusOr<TrainingConfig> ParseRunConfig(const std::string& text, const std::string& path,
                                              const std::vector<std::string>& overrides);

// The configuration as the text of config.textproto.
std::string RunConfigText(const TrainingConfig& config);

// May a run begun with `before` go on with `now`? Limits, schedule, learning rate and clipping,
// evaluation, logging, watching, exchange, checkpoint and divergence policy may change.
// InvalidArgument names the first other field that differs, and both its values.
absl::Status CheckResumable(const TrainingConfig& before, const TrainingConfig& now);

}  // namespace elman
