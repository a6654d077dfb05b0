// Reads a shard, verifying all that it uses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/file.h"
#include "data/io/record_io.h"
#include "proto/dataset.pb.h"

namespace elman {

// A block, decoded.
struct TokenBlock {
  std::vector<int32_t> ids;
  std::vector<uint32_t> example_lengths;
};

// Safe for any number of threads.
class ShardReader {
 public:
  // Reads tail, index and header and checks that the records lie one behind the other without a
  // gap, and that no block can hold less than the index counts in it. Ids at or above
  // `vocabulary_size` will be refused.
  static absl::StatusOr<std::unique_ptr<ShardReader>> Open(const std::string& path,
                                                           uint32_t vocabulary_size);

  const ShardHeader& header() const { return header_; }
  const TextCounts& counts() const { return index_.counts(); }
  uint64_t file_id() const { return file_id_; }
  uint64_t bytes() const { return file_->size(); }

  int blocks() const { return index_.blocks_size(); }
  uint64_t first_token(int block) const;    // block == blocks(): all tokens
  uint64_t first_example(int block) const;  // block == blocks(): all examples

  // DataLoss names the file, the offset, the block, what was expected and what was found.
  absl::Status ReadBlock(int block, TokenBlock* decoded) const;

 private:
  ShardReader(std::unique_ptr<RandomAccessFile> file, uint32_t vocabulary_size);
  absl::Status ReadFrame();
  absl::Status CheckIndex(uint64_t first_block_offset, uint64_t index_offset) const;
  absl::StatusOr<uint64_t> ReadRecord(uint64_t offset, ShardRecord::KindCase kind,
                                      std::string_view name, uint64_t max_bytes,
                                      ShardRecord* record) const;
  absl::Status CheckBlock(uint64_t offset, int number, const ShardBlock& block) const;

  const std::unique_ptr<RandomAccessFile> file_;
  const RecordReader records_;
  const uint32_t vocabulary_size_;
  uint64_t file_id_ = 0;
  ShardHeader header_;
  ShardIndex index_;
};

}  // namespace elman
