// The vectors of a split's tokens, readable at any place.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/features/feature_file.h"
#include "data/shards/dataset.h"

namespace elman {

// Blocks are verified as they are read, and kept as far as the bound allows, those used last. Not
// for concurrent use.
class FeatureReader {
 public:
  // Opens the files of vectors of a split and checks their headers and sizes against the manifest.
  // FailedPrecondition unless the data set has vectors of `size` numbers. Null where `size` is 0:
  // none are wanted.
  static absl::StatusOr<std::unique_ptr<FeatureReader>> Open(const Dataset& dataset,
                                                             std::string_view split, int size);

  int size() const { return size_; }

  // The vectors of the tokens [position, position + count) of the split, as floats [count, size()].
  absl::Status Read(uint64_t position, std::span<float> vectors);

  // Blocks that are kept; at least one is.
  void set_cache_blocks(size_t blocks) { cache_blocks_ = blocks; }

  // From now on says in `shard`, which must outlive the reader, of which shard the vectors are
  // being read from disk; -1: none.
  void ShowReading(std::atomic<int32_t>* shard) { reading_ = shard; }

 private:
  struct File {
    std::unique_ptr<FeatureFile> vectors;
    uint64_t first_token = 0;  // of the split
  };
  struct Block {
    std::pair<size_t, uint64_t> key;  // file, and number in it
    std::string numbers;
  };
  FeatureReader(int size, uint64_t vector_bytes) : size_(size), vector_bytes_(vector_bytes) {}
  absl::StatusOr<const std::string*> ReadBlock(size_t file, uint64_t number);

  const int size_;
  const uint64_t vector_bytes_;
  std::vector<File> files_;
  uint64_t tokens_ = 0;
  size_t cache_blocks_ = 1;
  std::list<Block> by_use_;  // the most recently used first
  absl::flat_hash_map<std::pair<size_t, uint64_t>, std::list<Block>::iterator> cached_;
  std::atomic<int32_t>* reading_ = nullptr;
};

// Whether the data set has vectors of so many numbers; FailedPrecondition says what to do.
absl::Status CheckFeatures(const Dataset& dataset, int size);

}  // namespace elman
