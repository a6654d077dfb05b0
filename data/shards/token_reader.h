// Reads the first field of a split as one array of token ids, at any position.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"

namespace elman {

// Reads verified blocks through a cache, so that several positions can be read alternately. Not
// safe for concurrent use.
class TokenReader {
 public:
  // Opens the shards of a split and reads their indices. `cache_bytes` limits the cached decoded
  // blocks; at least one block is cached.
  static absl::StatusOr<std::unique_ptr<TokenReader>> Open(
      const std::shared_ptr<const Dataset>& dataset, std::string_view split, uint64_t cache_bytes);
  virtual ~TokenReader() = default;

  virtual uint64_t tokens() const = 0;

  // Copies the ids at [position, position + ids.size()), which must be within the split.
  virtual absl::Status Read(uint64_t position, std::span<int32_t> ids) = 0;

  // An example: its number in the split, its range of tokens, and its line of the corpus, counted
  // from 1 (0: unknown).
  struct Extent {
    uint64_t example = 0;
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t line = 0;
  };
  // The example that contains the token at `position`, which must be within the split.
  virtual absl::StatusOr<Extent> ExampleAt(uint64_t position) = 0;

  // Changes the limit of the cache. It takes effect with the next Read.
  virtual void set_cache_bytes(uint64_t bytes) = 0;

  // Makes the reader store in `shard` the number of the shard that it is reading from disk, and -1
  // otherwise. `shard` must outlive the reader.
  virtual void ShowReading(std::atomic<int32_t>* shard) = 0;
};

}  // namespace elman
