// Reads the examples of a split in any order.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "data/shards/split_blocks.h"
#include "data/text/task_fields.h"

namespace elman {

// The ids of an example by field. The reader owns them.
struct ExampleView {
  std::span<const int32_t> fields[kMaxFields];
  uint64_t first_token = 0;  // number of tokens of the first field that precede it in the split
};

// Finds examples by the indices of the shards and caches the most recently used blocks. Not safe
// for concurrent use.
class ExampleReader {
 public:
  // Opens the shards of a split and reads their indices. `cache_bytes` limits the cached decoded
  // blocks; at least one block is cached.
  static absl::StatusOr<std::unique_ptr<ExampleReader>> Open(
      const std::shared_ptr<const Dataset>& dataset, std::string_view split, uint64_t cache_bytes);

  uint64_t examples() const { return blocks_->examples() - left_out_.size(); }
  int fields() const { return fields_; }

  // An example, valid until the next call. OutOfRange if `number` is not below examples().
  absl::StatusOr<ExampleView> Read(uint64_t number);

  // Removes the examples with these ascending numbers; later examples get lower numbers. Call it at
  // most once.
  void LeaveOut(std::vector<uint64_t> numbers);

  // The number of the first example of every block, followed by the number of all examples.
  std::vector<uint64_t> BlockBegins() const;

  // Makes the reader store in `shard` the number of the shard that it is reading from disk, and -1
  // otherwise. `shard` must outlive the reader.
  void ShowReading(std::atomic<int32_t>* shard) { blocks_->ShowReading(shard); }

 private:
  ExampleReader(std::unique_ptr<SplitBlocks> blocks, int fields)
      : blocks_(std::move(blocks)), fields_(fields) {}
  const std::unique_ptr<SplitBlocks> blocks_;
  const int fields_;
  std::vector<uint64_t> left_out_;
  // For each example left out, the number of kept examples before it.
  std::vector<uint64_t> kept_before_;
  std::vector<int32_t> ids_[kMaxFields];  // of the example read last
};

}  // namespace elman
