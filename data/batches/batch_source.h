// Where batches come from. A source is a pure function of (epoch, number, lane): any batch can be
// read at any time, by any rank, after any resume, and is the same.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "data/batches/batch.h"

namespace elman {

class BatchSource {
 public:
  virtual ~BatchSource() = default;

  virtual int lanes() const = 0;
  virtual int64_t batches_per_epoch() const = 0;  // of each lane

  // First and one past the last global row (sequence of the global batch) of a lane.
  virtual int first_row(int lane) const = 0;
  virtual int end_row(int lane) const = 0;

  // Examples of the split, each of which an epoch has once; 0 where rows are streams.
  virtual uint64_t examples() const { return 0; }

  // Fills `batch`, reusing its memory. Not for concurrent use.
  virtual absl::Status Read(int64_t epoch, int64_t number, int lane, Batch* batch) = 0;

  // From now on Read says in `shard`, for other threads to see, which shard of the split it waits
  // for the disk to give; -1: none. It must outlive the source.
  virtual void ShowReading(std::atomic<int32_t>* /*shard*/) {}
};

// Lane l of a batch of so many rows has the rows [FirstRow(l), FirstRow(l + 1)).
inline int FirstRow(int batch_size, int lanes, int lane) {
  return static_cast<int>(int64_t{lane} * batch_size / lanes);
}

// InvalidArgument unless every lane has a row, naming both numbers.
absl::Status CheckLanes(int batch_size, int lanes);

// Training steps of an epoch where a step takes `micro_batches` batches of each lane; the last may
// find fewer.
inline int64_t StepsPerEpoch(const BatchSource& source, int micro_batches) {
  return (source.batches_per_epoch() + micro_batches - 1) / micro_batches;
}

}  // namespace elman
