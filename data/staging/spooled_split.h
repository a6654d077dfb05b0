// A split whose examples stand in spools, and its way into shards.
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

struct SpooledSplit {
  std::vector<std::unique_ptr<SpoolReader>> spools;
  std::vector<SpooledChunk> chunks;   // in the order of the corpus
  std::vector<uint64_t> begins;       // of each chunk, counted in ids of all fields
  std::vector<uint64_t> first_lines;  // of each chunk: its first line in the corpus, from 1
  uint64_t ids = 0;                   // of all fields
  // If set, what is still to be done to every chunk that is read: what could not be known before
  // all chunks were there. Safe for any number of threads; leaves the numbers of ids as they are.
  std::function<absl::Status(SpooledExamples*)> complete = nullptr;
};

// The split of chunks, in any order, that stand in these files. FailedPrecondition if a chunk is
// missing.
absl::StatusOr<SpooledSplit> OpenSpooledSplit(const std::vector<std::string>& spool_paths,
                                              std::vector<SpooledChunk> chunks);

// Gets the fields of an example, nothing of which is unknown as yet, and its line, or 0.
using ExampleVisitor = std::function<absl::Status(std::span<FieldIds> fields, uint64_t line)>;

// Visits the examples whose first id is among [begin, end) of the split, in order. Safe for any
// number of threads.
absl::Status VisitExamples(const SpooledSplit& split, uint64_t begin, uint64_t end,
                           const ExampleVisitor& visit);

// Writes shard header.shard() of header.shards() into `folder`, as "train-00000-of-00008.tfrecord".
// The shards are equal parts of the split's ids; an example belongs to the part that its first id
// falls in. Ids count as unknown as IsUnknown says, with the unknown_id() of each field among
// `unknown_ids`. A shard that is there already is `kept`, if it is whole and has these examples; if
// not, it is written again.
absl::StatusOr<ShardEntry> WriteShard(const std::string& folder, const SpooledSplit& split,
                                      const ShardHeader& header,
                                      std::span<const uint32_t> unknown_ids, bool* kept);

// Writes the raw texts of the examples of that shard, whose entry is `shard`, as
// "test-00000-of-00008.texts". One that is there already is written anew.
absl::StatusOr<FileEntry> WriteRawText(const std::string& folder, const SpooledSplit& split,
                                       const ShardHeader& header, RawTextHeader::Content content,
                                       const ShardEntry& shard);

}  // namespace elman
