// Reads the next batches on its own thread during training.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch.h"
#include "data/batches/batch_source.h"

namespace elman {

// Batches of the lanes [first_lane, end_lane) from the position `start`. It continues with the next
// epoch forever. A step takes `micro_batches` consecutive batches per lane.
class Prefetcher {
 public:
  struct Position {
    int64_t epoch = 0;
    int64_t step = 0;  // within the epoch
  };

  // `source` must outlive the prefetcher. Nothing else may use it meanwhile.
  Prefetcher(BatchSource* source, int first_lane, int end_lane, int micro_batches, Position start);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // The batches of the next step: those of the first lane, then those of the next lane, and so on.
  // Valid until the next call. In the last step of an epoch the last batches may be empty
  // (Batch::steps is 0). A read error is returned here and by every later call.
  absl::StatusOr<const std::vector<Batch>*> Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elman
