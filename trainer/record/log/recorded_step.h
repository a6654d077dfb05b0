// The data of a single step in metrics.jsonl, for comparison with a replay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace elman {

// A metric that was not finite is NaN here, because JSON cannot represent which kind it was.
struct RecordedStep {
  double loss = 0;  // per target, of this step alone
  double gradient_norm = 0;
  double learning_rate = 0;
};

// Returns the metrics of `step` in the metrics.jsonl at `path`, from the event that the step
// diverged or from the train line that ends with it; nothing if there is neither.
absl::StatusOr<std::optional<RecordedStep>> FindRecordedStep(const std::string& path, int64_t step);

}  // namespace elman
