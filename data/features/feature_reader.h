// Reads the feature vectors of a split at any position.
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

// Verifies blocks when it reads them, and keeps the most recently used ones in a cache. Not safe
// for concurrent use.
class FeatureReader {
 public:
  // Opens the feature files of a split and checks their headers and sizes against the manifest.
  // FailedPrecondition unless the data set has vectors of `size` numbers. Returns null if `size` is
  // 0.
  static absl::StatusOr<std::unique_ptr<FeatureReader>> Open(const Dataset& dataset,
                                                             std::string_view split, int size);

  int size() const { return size_; }

  // Reads the vectors of the tokens [position, position + count) of the split into `vectors`, which
  // is [count, size()] floats.
  absl::Status Read(uint64_t position, std::span<float> vectors);

  // Sets the maximum number of cached blocks; at least one is kept.
  void set_cache_blocks(size_t blocks) { cache_blocks_ = blocks; }

  // Makes Read store in `shard` the number of the shard whose vectors it is reading from disk, and
  // -1 otherwise. `shard` must outlive the reader.
  void ShowReading(std::atomic<int32_t>* shard) { reading_ = shard; }

 private:
  struct File {
    std::unique_ptr<FeatureFile> vectors;
    uint64_t first_token = 0;  // in the split
  };
  struct Block {
    std::pair<size_t, uint64_t> key;  // index of the file, and block number in it
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

// FailedPrecondition, with a remedy, unless the data set has feature vectors of `size` numbers.
absl::Status CheckFeatures(const Dataset& dataset, int size);

}  // namespace elman
