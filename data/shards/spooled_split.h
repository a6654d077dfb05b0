// A split whose examples stand in spools, and its way into shards.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/example_spool.h"
#include "proto/dataset.pb.h"

namespace elman {

struct SpooledSplit {
  std::vector<std::string> spool_paths;  // by rank
  std::vector<SpooledChunk> chunks;      // in the order of the corpus
  uint64_t tokens = 0;
};

using ExampleVisitor =
    std::function<absl::Status(std::span<const uint32_t> ids, uint32_t words, uint32_t bytes)>;

// Visits the examples whose first token is among [begin, end) of the split, in order.
absl::Status VisitExamples(const SpooledSplit& split, uint64_t begin, uint64_t end,
                           const ExampleVisitor& visit);

// Writes shard header.shard() of header.shards() into `folder`, as "train-00000-of-00008.tfrecord".
// The shards are equal parts of the split's tokens; an example belongs to the part that its first
// token falls in. Every token that is `unknown_id` counts as unknown.
absl::StatusOr<ShardEntry> WriteShard(const std::string& folder, const SpooledSplit& split,
                                      const ShardHeader& header, uint32_t unknown_id);

}  // namespace elman
