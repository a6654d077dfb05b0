// A split as a list of examples, readable at any place.
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

// The ids of an example, by field. They belong to the reader.
struct ExampleView {
  std::span<const int32_t> fields[kMaxFields];
  uint64_t first_token = 0;  // of the first field, the tokens of the split before it
};

// Finds an example by the index of its shard, and keeps the blocks used last. Not for concurrent
// use.
class ExampleReader {
 public:
  // Opens the shards of a split and reads their indices. `cache_bytes` bounds the decoded blocks
  // kept; at least one block is.
  static absl::StatusOr<std::unique_ptr<ExampleReader>> Open(std::shared_ptr<const Dataset> dataset,
                                                             std::string_view split,
                                                             uint64_t cache_bytes);

  uint64_t examples() const { return blocks_->examples() - left_out_.size(); }
  int fields() const { return fields_; }

  // The example, valid until the next call. OutOfRange beyond the last.
  absl::StatusOr<ExampleView> Read(uint64_t number);

  // From now on the examples with these numbers, which ascend, are not there, and those after them
  // have lower numbers. At most once.
  void LeaveOut(std::vector<uint64_t> numbers);

  // The number of the first example of every block, and behind the last the number of all.
  std::vector<uint64_t> BlockBegins() const;

  // From now on says in `shard`, which must outlive the reader, which shard is being read from
  // disk; -1: none.
  void ShowReading(std::atomic<int32_t>* shard) { blocks_->ShowReading(shard); }

 private:
  ExampleReader(std::unique_ptr<SplitBlocks> blocks, int fields)
      : blocks_(std::move(blocks)), fields_(fields) {}
  const std::unique_ptr<SplitBlocks> blocks_;
  const int fields_;
  std::vector<uint64_t> left_out_;
  std::vector<uint64_t> kept_before_;     // each that is left out: how many before it are not
  std::vector<int32_t> ids_[kMaxFields];  // of the example read last
};

}  // namespace elman
