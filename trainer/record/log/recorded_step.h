// What metrics.jsonl holds of a single step, for a replay to compare with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace elman {

// A figure that was not finite is NaN here, whatever it was: JSON has no other word for it.
struct RecordedStep {
  double loss = 0;  // per target, of this step alone
  double gradient_norm = 0;
  double learning_rate = 0;
};

// The figures of `step` in the metrics.jsonl at `path`, from the event that it diverged or the
// train line that ends with it; nothing if there is neither.
absl::StatusOr<std::optional<RecordedStep>> FindRecordedStep(const std::string& path, int64_t step);

}  // namespace elman
