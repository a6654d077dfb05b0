// A split whose examples are in spools, and writing it as shards.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/shard_writer.h"
#include "data/staging/example_spool.h"
#include "proto/dataset.pb.h"

namespace elman {

// The chunks of a split and the spools that contain them.
struct SpooledSplit {
  std::vector<std::unique_ptr<SpoolReader>> spools;
  std::vector<SpooledChunk> chunks;  // in the order of the corpus
  std::vector<uint64_t> begins;  // index of the first id of each chunk, counting ids of all fields
  std::vector<uint64_t> first_lines;  // first line of each chunk in the corpus, counted from 1
  uint64_t ids = 0;                   // number of ids of all fields
  // If set, it is called for every chunk that is read, to add what is known only when all chunks
  // have been made. It is safe for concurrent use and does not change the number of ids.
  std::function<absl::Status(SpooledExamples*)> complete = nullptr;
};

// Opens a split. `chunks` may be in any order. FailedPrecondition if a chunk is missing.
absl::StatusOr<SpooledSplit> OpenSpooledSplit(const std::vector<std::string>& spool_paths,
                                              std::vector<SpooledChunk> chunks);

// Gets the fields of an example, whose unknown ids are not counted yet, and its line or 0.
using ExampleVisitor = std::function<absl::Status(std::span<FieldIds> fields, uint64_t line)>;

// Visits in order the examples whose first id is in [begin, end) of the split. Safe for concurrent
// use.
absl::Status VisitExamples(const SpooledSplit& split, uint64_t begin, uint64_t end,
                           const ExampleVisitor& visit);

// Writes shard header.shard() of header.shards() into `folder`, as "train-00000-of-00008.tfrecord".
// The shards divide the ids of the split equally; an example belongs to the shard that contains its
// first id. Unknown ids are counted with IsUnknown and the unknown_id() of each field in
// `unknown_ids`. If the shard exists, is intact and has these examples, it is not written again and
// `kept` is true.
absl::StatusOr<ShardEntry> WriteShard(const std::string& folder, const SpooledSplit& split,
                                      const ShardHeader& header,
                                      std::span<const uint32_t> unknown_ids, bool* kept);

// Writes the raw texts of the examples of a shard with the entry `shard`, as
// "test-00000-of-00008.texts". An existing file is overwritten.
absl::StatusOr<FileEntry> WriteRawText(const std::string& folder, const SpooledSplit& split,
                                       const ShardHeader& header, RawTextHeader::Content content,
                                       const ShardEntry& shard);

}  // namespace elman
