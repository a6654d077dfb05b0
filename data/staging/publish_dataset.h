// The last steps of preprocessing: writes shards from spools and publishes the data set.
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

// How a split is written as shards.
struct ShardingPlan {
  std::string folder;
  ShardHeader header = {};                 // for all shards, without shard numbers
  std::vector<uint32_t> unknown_ids = {};  // by field
  // Which raw text of the examples is written next to the shards.
  RawTextHeader::Content raw_text = RawTextHeader::CONTENT_UNSPECIFIED;  // none
  uint64_t shard_tokens = 0;
  int threads = 1;
  // Index and number of processes. This one writes the shards `worker`, `worker` + `workers`, ...
  int worker = 0;
  int workers = 1;
};

// Writes shards and returns their entries in any order. `kept` counts the shards that existed
// already.
absl::StatusOr<SplitEntry> WriteShards(const SpooledSplit& split, ShardingPlan plan,
                                       uint64_t* kept);

// Sorts the shards of an entry and their raw text files, and adds up their counts.
void SumUpShards(SplitEntry* split);

// Writes a file of a data set and sets its entry.
absl::Status WriteEntry(const std::string& folder, const std::string& name,
                        const std::string& contents, FileEntry* entry);

// Writes the manifest, opens the data set to verify it, and publishes its files.
absl::Status PublishDataset(const DatasetManifest& manifest, OutputFolder* output);

}  // namespace elman
