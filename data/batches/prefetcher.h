// Reads the next batches on a thread of its own while the current one is trained on.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch.h"
#include "data/batches/batch_source.h"

namespace elman {

// The batches of the lanes [first_lane, end_lane), from (epoch, step) on, epoch after epoch,
// without end. A step takes `micro_batches` batches of each lane, one after the other.
class Prefetcher {
 public:
  struct Position {
    int64_t epoch = 0;
    int64_t step = 0;  // within the epoch
  };

  // `source` must outlive the prefetcher and is used by no one else meanwhile.
  Prefetcher(BatchSource* source, int first_lane, int end_lane, int micro_batches, Position start);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // The batches of the next step, those of the first lane first; they stay valid until the next
  // call. In the last step of an epoch there may be nothing to do (Batch::steps is 0) in the last.
  // A reading error is returned here, and again by every later call.
  absl::StatusOr<const std::vector<Batch>*> Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elman
