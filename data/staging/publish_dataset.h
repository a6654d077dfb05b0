// The last steps of every data set: shards of what was spooled, and publishing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/staging/output_folder.h"
#include "data/staging/spooled_split.h"
#include "proto/dataset.pb.h"

namespace elman {

// How a split becomes shards.
struct ShardingPlan {
  std::string folder;
  ShardHeader header = {};                 // of all shards, without their numbers
  std::vector<uint32_t> unknown_ids = {};  // by field
  // What raw text of the examples stands in files beside the shards.
  RawTextHeader::Content raw_text = RawTextHeader::CONTENT_UNSPECIFIED;  // none
  uint64_t shard_tokens = 0;
  int threads = 1;
  // Of so many processes this one writes the shards `worker`, `worker` + `workers`, and so on.
  int worker = 0;
  int workers = 1;
};

// Writes shards, and returns their entries, in any order; `kept` counts those that were there
// already.
absl::StatusOr<SplitEntry> WriteShards(const SpooledSplit& split, ShardingPlan plan,
                                       uint64_t* kept);

// Brings the shards of an entry and their files of raw text into order and sums up their counts.
void SumUpShards(SplitEntry* split);

// Writes a file of a data set.
absl::Status WriteEntry(const std::string& folder, const std::string& name,
                        const std::string& contents, FileEntry* entry);

// Writes the manifest into the folder, opens the data set to prove it, and publishes its files.
absl::Status PublishDataset(const DatasetManifest& manifest, OutputFolder* output);

}  // namespace elman
