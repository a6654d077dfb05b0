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
// without end.
class Prefetcher {
 public:
  struct Position {
    int64_t epoch = 0;
    int64_t step = 0;  // within the epoch
  };

  // `source` must outlive the prefetcher and is used by no one else meanwhile.
  Prefetcher(BatchSource* source, int first_lane, int end_lane, Position start);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // The batches of the next step, one a lane; they stay valid until the next call.
  // A reading error is returned here, and again by every later call.
  absl::StatusOr<const std::vector<Batch>*> Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elman
