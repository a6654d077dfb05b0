// From the file of a floor to a model that is evaluated as networks are.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/network/models/model.h"

namespace elman {

// Takes the arrays out of `baseline`, which was read from `path`. DataLoss if they are not those of
// the model that its header describes.
absl::StatusOr<std::unique_ptr<Model>> CreateBaselineModel(const std::string& path,
                                                           Baseline* baseline);

}  // namespace elman
