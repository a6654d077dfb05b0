// Reads a shard and verifies everything that it uses.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/random_access_file.h"
#include "data/records/record_io.h"
#include "data/shards/example_block.h"
#include "proto/dataset.pb.h"

namespace elman {

// An open shard. Safe for concurrent use.
class ShardReader {
 public:
  // Reads tail, index and header. Checks that the records follow each other without gaps, and that
  // every block is large enough for its counts in the index. ReadBlock will reject ids at or above
  // the limit of their field; a field without a limit may have any ids.
  static absl::StatusOr<std::unique_ptr<ShardReader>> Open(const std::string& path,
                                                           std::vector<uint32_t> id_limits);

  const ShardHeader& header() const { return header_; }
  int fields() const { return header_.fields_size(); }
  const TextCounts& counts(int field) const { return index_.counts(field); }
  const google::protobuf::RepeatedPtrField<TextCounts>& counts() const { return index_.counts(); }
  uint64_t examples() const { return counts(0).examples(); }
  uint64_t file_id() const { return file_id_; }
  uint64_t bytes() const { return file_->size(); }

  int blocks() const { return index_.blocks_size(); }
  uint64_t first_token(int field, int block) const;  // block == blocks(): number of tokens
  uint64_t first_example(int block) const;           // block == blocks(): number of examples

  // Reads a block into `block`, reusing its memory, and verifies all of its bytes. DataLoss names
  // the file, the offset, the block, and the expected and found values.
  absl::Status ReadBlock(int number, ExampleBlock* block) const;

 private:
  ShardReader(std::unique_ptr<RandomAccessFile> file, std::vector<uint32_t> id_limits);
  absl::Status ReadFrame();
  absl::Status CheckHeader() const;
  absl::Status CheckIndex(uint64_t first_block_offset, uint64_t index_offset) const;
  bool CanHold(int block) const;
  absl::StatusOr<uint64_t> ReadPayload(uint64_t offset, std::string_view name, uint64_t max_bytes,
                                       std::string* payload) const;
  absl::StatusOr<uint64_t> ReadRecord(uint64_t offset, ShardRecord::KindCase kind,
                                      std::string_view name, uint64_t max_bytes,
                                      ShardRecord* record) const;
  absl::Status CheckFileId(uint64_t offset, std::string_view name, uint64_t file_id) const;
  absl::Status CheckBlock(uint64_t offset, int number, const ExampleBlock& block) const;

  const std::unique_ptr<RandomAccessFile> file_;
  const RecordReader records_;
  const std::vector<uint32_t> id_limits_;
  uint64_t file_id_ = 0;
  ShardHeader header_;
  ShardIndex index_;
};

}  // namespace elman
