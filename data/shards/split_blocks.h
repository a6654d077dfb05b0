// Reads the blocks of a split over all its shards.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "data/shards/shard_reader.h"

namespace elman {

// The shards of a split and the begins of their blocks. Immutable; safe for concurrent use.
struct SplitIndex {
  struct Place {
    uint64_t first_token = 0;  // in the split; of the first field
    uint64_t first_example = 0;
    int shard = 0;
    int block = 0;  // in the shard
  };
  std::vector<std::unique_ptr<ShardReader>> shards;
  std::vector<Place> places;  // of all blocks, in order
  uint64_t tokens = 0;        // of the first field
  uint64_t examples = 0;
};

// Verifies blocks when they are read and caches the most recently used ones. Not safe for
// concurrent use.
class SplitBlocks {
 public:
  // Opens the shards of a split and reads their indices. All readers of a split of `dataset` share
  // one index. `cache_bytes` limits the cached blocks; at least one block is cached.
  static absl::StatusOr<std::unique_ptr<SplitBlocks>> Open(const Dataset& dataset,
                                                           std::string_view split,
                                                           uint64_t cache_bytes);

  size_t blocks() const { return index_->places.size(); }
  uint64_t tokens() const { return index_->tokens; }  // of the first field
  uint64_t examples() const { return index_->examples; }

  // Number of tokens or examples of the split before a block; block == blocks(): number of all.
  uint64_t first_token(size_t block) const {
    return block == blocks() ? tokens() : index_->places[block].first_token;
  }
  uint64_t first_example(size_t block) const {
    return block == blocks() ? examples() : index_->places[block].first_example;
  }

  // The block that contains a token of the first field, or an example.
  size_t BlockOfToken(uint64_t token) const;
  size_t BlockOfExample(uint64_t example) const;

  // Reads a block. It stays valid until the next call.
  absl::StatusOr<const ExampleBlock*> Read(size_t block);

  // Changes the limit of the cache. It takes effect with the next Read.
  void set_cache_bytes(uint64_t bytes) { cache_bytes_ = bytes; }

  // Makes Read store in `shard` the number of the shard that it is reading from disk, and -1
  // otherwise. `shard` must outlive this object.
  void ShowReading(std::atomic<int32_t>* shard) { reading_ = shard; }

 private:
  struct Cached {
    size_t number = 0;
    ExampleBlock block;
  };

  SplitBlocks(std::shared_ptr<const SplitIndex> index, uint64_t cache_bytes)
      : index_(std::move(index)), cache_bytes_(cache_bytes) {}

  // Removes blocks until there is room for another one of the size of the last. Returns the memory
  // of one of them.
  Cached MakeRoom();

  const std::shared_ptr<const SplitIndex> index_;
  uint64_t cache_bytes_;
  std::list<Cached> by_use_;  // the most recently used first
  absl::flat_hash_map<size_t, std::list<Cached>::iterator> cached_;
  uint64_t used_bytes_ = 0;
  std::atomic<int32_t>* reading_ = nullptr;
};

// Opens shard `number` of a split of `dataset` and checks that it is the one in the manifest.
absl::StatusOr<std::unique_ptr<ShardReader>> OpenShard(const Dataset& dataset,
                                                       const SplitEntry& split, int number);

}  // namespace elman
