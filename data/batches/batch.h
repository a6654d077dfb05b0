// What one lane trains on in one step.
#pragma once

#include <cstdint>
#include <vector>

namespace elman {

// A target that is not predicted: its loss and gradients are zero.
inline constexpr int32_t kNoTarget = -1;

// Token ids as [steps, rows]: the element of time step t and sequence b is at t * rows + b.
struct Batch {
  int steps = 0;  // 0: nothing to do in this step
  int rows = 0;   // sequences of this lane
  // Time steps of each sequence, at least 1; empty: all have `steps`. What lies beyond is ignored.
  std::vector<int32_t> lengths;
  std::vector<int32_t> inputs;  // [steps, rows]
  // Ids or kNoTarget: [steps, rows], or [1, rows] where a sequence has one target.
  std::vector<int32_t> targets;
  int64_t target_count = 0;   // targets other than kNoTarget
  bool starts_epoch = false;  // carried state begins anew with this batch
};

}  // namespace elman
