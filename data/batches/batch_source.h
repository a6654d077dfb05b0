// Where batches come from. A source is a pure function of (epoch, step, lane): any batch can be
// read at any time, by any rank, after any resume, and is the same.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "data/batches/batch.h"

namespace elman {

class BatchSource {
 public:
  virtual ~BatchSource() = default;

  virtual int lanes() const = 0;
  virtual int64_t steps_per_epoch() const = 0;

  // First and one past the last global row (sequence of the global batch) of a lane.
  virtual int first_row(int lane) const = 0;
  virtual int end_row(int lane) const = 0;

  // Fills `batch`, reusing its memory. Not for concurrent use.
  virtual absl::Status Read(int64_t epoch, int64_t step, int lane, Batch* batch) = 0;
};

}  // namespace elman
