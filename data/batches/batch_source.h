// The interface for reading batches. A source is a pure function of (epoch, number, lane): every
// rank can read any batch at any time, also after a resume, and gets the same result.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "data/batches/batch.h"

namespace elman {

// Batches of one data set or of a mixture. Not safe for concurrent use.
class BatchSource {
 public:
  virtual ~BatchSource() = default;

  virtual int lanes() const = 0;
  virtual int64_t batches_per_epoch() const = 0;  // per lane

  // Rows of the global batch that belong to a lane: [first_row(lane), end_row(lane)).
  virtual int first_row(int lane) const = 0;
  virtual int end_row(int lane) const = 0;

  // Number of examples of the split; an epoch has each exactly once. 0 if rows are streams.
  virtual uint64_t examples() const { return 0; }

  // Fills `batch` and reuses its memory. Not safe for concurrent use.
  virtual absl::Status Read(int64_t epoch, int64_t number, int lane, Batch* batch) = 0;

  // Makes Read store in `shard` the number of the shard that it is reading from disk, and -1
  // otherwise. Other threads may read it. `shard` must outlive the source.
  virtual void ShowReading(std::atomic<int32_t>* /*shard*/) {}
};

// First row of a lane if `batch_size` rows are divided among `lanes`. Lane l has the rows
// [FirstRow(l), FirstRow(l + 1)).
inline int FirstRow(int batch_size, int lanes, int lane) {
  return static_cast<int>(int64_t{lane} * batch_size / lanes);
}

// InvalidArgument unless every lane has at least one row. The message contains both numbers.
absl::Status CheckLanes(int batch_size, int lanes);

// Number of training steps per epoch if a step takes `micro_batches` batches per lane. The last
// step may have fewer.
inline int64_t StepsPerEpoch(const BatchSource& source, int micro_batches) {
  return (source.batches_per_epoch() + micro_batches - 1) / micro_batches;
}

}  // namespace elman
