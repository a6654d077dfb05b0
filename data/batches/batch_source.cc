#include "data/batches/batch_source.h"

#include "absl/strings/str_cat.h"

namespace elman {

absl::Status CheckLanes(int batch_size, int lanes) {
  if (batch_size < 1 || lanes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch_size ", batch_size, " and lanes ", lanes, " must both be at least 1"));
  }
  if (lanes <= batch_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "lanes ", lanes, " are more than batch_size ", batch_size,
      ": every lane needs at least one sequence; increase batch_size or reduce lanes"));
}

}  // namespace elman
