// The first field of a split as one long array of token ids, readable at any position.
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

// Reads verified blocks through a cache, so that many positions can be followed at once. Not for
// concurrent use.
class TokenReader {
 public:
  // Opens the shards of a split and reads their indices. `cache_bytes` bounds the decoded blocks
  // kept; at least one block is.
  static absl::StatusOr<std::unique_ptr<TokenReader>> Open(std::shared_ptr<const Dataset> dataset,
                                                           std::string_view split,
                                                           uint64_t cache_bytes);
  virtual ~TokenReader() = default;

  virtual uint64_t tokens() const = 0;

  // Copies the ids at [position, position + ids.size()), which must lie within the split.
  virtual absl::Status Read(uint64_t position, std::span<int32_t> ids) = 0;

  // An example: its number in the split, where its tokens are, and the line of the corpus, from 1,
  // that it is, or is a piece of; 0: not known.
  struct Extent {
    uint64_t example = 0;
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t line = 0;
  };
  // The example that has the token at `position`, which must lie within the split.
  virtual absl::StatusOr<Extent> ExampleAt(uint64_t position) = 0;

  // Changes the bound from the next reading on.
  virtual void set_cache_bytes(uint64_t bytes) = 0;

  // From now on says in `shard`, which must outlive the reader, which shard is being read from
  // disk; -1: none.
  virtual void ShowReading(std::atomic<int32_t>* shard) = 0;
};

}  // namespace elman
