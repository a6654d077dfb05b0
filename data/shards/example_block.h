// A block of a shard in memory. Its ids are kept as they are stored.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/shards/packed_ids.h"

namespace google::protobuf::io {
class CodedInputStream;
}

namespace elman {

// The examples of a block. ShardReader::ReadBlock fills it.
class ExampleBlock {
 public:
  int fields() const { return static_cast<int>(fields_.size()); }
  size_t examples() const { return fields_.empty() ? 0 : fields_[0].begins.size() - 1; }
  size_t tokens(int field) const { return fields_[field].begins.back(); }

  // The ids of one field: of all examples, or of one. Valid until the block is changed or moved.
  PackedIds ids(int field) const {
    return {std::string_view(payload_).substr(fields_[field].at, fields_[field].bytes),
            fields_[field].token_width};
  }
  PackedIds example(int field, size_t i) const {
    const std::vector<uint32_t>& begins = fields_[field].begins;
    return ids(field).part(begins[i], begins[i + 1] - begins[i]);
  }
  // The ids of example i are at the indices [begins[i], begins[i + 1]).
  std::span<const uint32_t> begins(int field) const { return fields_[field].begins; }

  // Line of the corpus, counted from 1, that contains example i; 0: unknown.
  uint64_t line(size_t i) const {
    if (first_line_ == 0) return 0;
    return first_line_ + (lines_.size() > 1 ? lines_[i] : i);
  }

  uint64_t memory_bytes() const;

 private:
  friend class ShardReader;

  struct Field {
    size_t at = 0;  // offset in the payload
    size_t bytes = 0;
    uint32_t token_width = 0;
    std::vector<uint32_t> begins;
  };

  // Finds the fields in the payload, a serialized ShardRecord, without copying ids; otherwise like
  // generated code. Returns false unless it is the record of a block. The caller sets
  // `token_width`.
  bool Parse(uint64_t* file_id, uint64_t* number);
  static bool ParseField(google::protobuf::io::CodedInputStream* input, Field* parsed);

  std::string payload_;
  std::vector<Field> fields_;
  uint64_t first_line_ = 0;
  // Line of each example minus the line of the first. Only one number: they are 0, 1, 2, ...
  std::vector<uint32_t> lines_;
};

}  // namespace elman
