// Creates models from baseline files, so that baselines are evaluated like networks.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/network/models/model.h"

namespace elman {

// Takes the arrays out of `baseline`, which was read from `path`. DataLoss if they do not match the
// header.
absl::StatusOr<std::unique_ptr<Model>> CreateBaselineModel(const std::string& path,
                                                           Baseline* baseline);

}  // namespace elman
