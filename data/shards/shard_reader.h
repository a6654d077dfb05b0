// Reads a shard, verifying all that it uses.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
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
struct ExampleBlock {
  // Of all its examples: those of example i are ids[begins[i]] to ids[begins[i + 1]].
  struct Field {
    std::vector<int32_t> ids;
    std::vector<uint32_t> begins;

    std::span<const int32_t> example(size_t i) const {
      return std::span(ids).subspan(begins[i], begins[i + 1] - begins[i]);
    }
  };
  std::vector<Field> fields;

  size_t examples() const { return fields.empty() ? 0 : fields[0].begins.size() - 1; }
};

// Safe for any number of threads.
class ShardReader {
 public:
  // Reads tail, index and header and checks that the records lie one behind the other without a
  // gap, and that no block can hold less than the index counts in it. Ids at or above the limit of
  // their field will be refused; a field without a limit has any.
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
  uint64_t first_token(int field, int block) const;  // block == blocks(): all tokens
  uint64_t first_example(int block) const;           // block == blocks(): all examples

  // Decodes the first `fields` of a block, all of whose bytes are verified. DataLoss names the
  // file, the offset, the block, what was expected and what was found.
  absl::Status ReadBlock(int block, int fields, ExampleBlock* decoded) const;

 private:
  ShardReader(std::unique_ptr<RandomAccessFile> file, std::vector<uint32_t> id_limits);
  absl::Status ReadFrame();
  absl::Status CheckHeader() const;
  absl::Status CheckIndex(uint64_t first_block_offset, uint64_t index_offset) const;
  bool CanHold(int block) const;
  absl::StatusOr<uint64_t> ReadRecord(uint64_t offset, ShardRecord::KindCase kind,
                                      std::string_view name, uint64_t max_bytes,
                                      ShardRecord* record) const;
  absl::Status CheckBlock(uint64_t offset, int number, const ShardBlock& block) const;
  absl::Status Decode(uint64_t offset, int number, int field, const ShardBlock::Field& encoded,
                      ExampleBlock::Field* decoded) const;

  const std::unique_ptr<RandomAccessFile> file_;
  const RecordReader records_;
  const std::vector<uint32_t> id_limits_;
  uint64_t file_id_ = 0;
  ShardHeader header_;
  ShardIndex index_;
};

}  // namespace elman
