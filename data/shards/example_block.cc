#include "data/shards/example_block.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <limits>
#include <span>
#include <vector>

#include "proto/dataset.pb.h"

namespace elman {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr uint32_t Tag(int field, WireFormatLite::WireType type) {
  return WireFormatLite::MakeTag(field, type);
}
constexpr auto kBytes = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
constexpr uint32_t kFileId = Tag(ShardRecord::kFileIdFieldNumber, WireFormatLite::WIRETYPE_FIXED64);
constexpr uint32_t kBlock = Tag(ShardRecord::kBlockFieldNumber, kBytes);
constexpr uint32_t kNumber = Tag(ShardBlock::kNumberFieldNumber, WireFormatLite::WIRETYPE_VARINT);
constexpr uint32_t kField = Tag(ShardBlock::kFieldsFieldNumber, kBytes);
constexpr uint32_t kFirstLine =
    Tag(ShardBlock::kFirstLineFieldNumber, WireFormatLite::WIRETYPE_VARINT);
constexpr uint32_t kLineSteps = Tag(ShardBlock::kLineStepsFieldNumber, kBytes);
constexpr uint32_t kTokens = Tag(ShardBlock::Field::kTokensFieldNumber, kBytes);
constexpr uint32_t kLengths = Tag(ShardBlock::Field::kExampleLengthsFieldNumber, kBytes);

// Parses a nested message: reads its length, then calls `parse` up to its end.
template <typename Parse>
bool ParseInner(CodedInputStream* input, Parse parse) {
  uint32_t length = 0;
  if (!input->ReadVarint32(&length)) return false;
  if (length > static_cast<uint32_t>(input->BytesUntilLimit())) return false;
  const CodedInputStream::Limit outer = input->PushLimit(static_cast<int>(length));
  const bool parsed = parse(input) && input->BytesUntilLimit() == 0;
  input->PopLimit(outer);
  return parsed;
}

// Appends to `begins`, which is not empty, the running sums of its last number and the lengths in
// `varints`. Most varints have one byte. False if the bytes are invalid or a sum exceeds 32 bits.
bool AppendLengths(std::span<const uint8_t> varints, std::vector<uint32_t>* begins) {
  begins->reserve(begins->size() + varints.size());
  uint64_t end = begins->back();
  for (size_t at = 0; at < varints.size(); ++at) {
    uint64_t length = varints[at] & 0x7f;
    for (int shift = 7; varints[at] >= 0x80; shift += 7) {
      if (++at == varints.size() || shift > 28) return false;
      length |= static_cast<uint64_t>(varints[at] & 0x7f) << shift;
    }
    end += length;
    if (end > std::numeric_limits<uint32_t>::max()) return false;
    begins->push_back(static_cast<uint32_t>(end));
  }
  return true;
}

bool ParseLengths(CodedInputStream* input, std::vector<uint32_t>* begins) {
  return ParseInner(input, [&](CodedInputStream* lengths) {
    const void* bytes = nullptr;
    int left = 0;
    if (!lengths->GetDirectBufferPointer(&bytes, &left)) return true;  // empty
    const std::span varints(static_cast<const uint8_t*>(bytes), static_cast<size_t>(left));
    return AppendLengths(varints, begins) && lengths->Skip(left);
  });
}

}  // namespace

uint64_t ExampleBlock::memory_bytes() const {
  uint64_t bytes = payload_.capacity() + lines_.capacity() * sizeof(uint32_t);
  for (const Field& field : fields_) bytes += field.begins.capacity() * sizeof(uint32_t);
  return bytes;
}

bool ExampleBlock::Parse(uint64_t* file_id, uint64_t* number) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(payload_.data()),
                         static_cast<int>(payload_.size()));
  input.PushLimit(static_cast<int>(payload_.size()));
  *file_id = *number = first_line_ = 0;
  lines_.assign(1, 0);
  size_t blocks = 0, fields = 0;
  const auto parse_block = [&](CodedInputStream* block) {
    while (const uint32_t tag = block->ReadTag()) {
      if (tag == kField && fields == fields_.size()) fields_.emplace_back();
      if (tag == kNumber      ? !block->ReadVarint64(number)
          : tag == kFirstLine ? !block->ReadVarint64(&first_line_)
          : tag == kLineSteps ? !ParseLengths(block, &lines_)
                              : tag != kField || !ParseField(block, &fields_[fields++])) {
        return false;
      }
    }
    return block->ConsumedEntireMessage();
  };
  while (const uint32_t tag = input.ReadTag()) {
    if (tag == kFileId ? !input.ReadLittleEndian64(file_id)
                       : tag != kBlock || ++blocks > 1 || !ParseInner(&input, parse_block)) {
      return false;
    }
  }
  fields_.resize(fields);
  return blocks == 1 && input.ConsumedEntireMessage();
}

bool ExampleBlock::ParseField(CodedInputStream* input, Field* parsed) {
  parsed->at = parsed->bytes = 0;
  parsed->begins.assign(1, 0);
  const auto parse_tokens = [&](CodedInputStream* tokens) {
    parsed->at = static_cast<size_t>(tokens->CurrentPosition());
    parsed->bytes = static_cast<size_t>(tokens->BytesUntilLimit());
    return tokens->Skip(tokens->BytesUntilLimit());
  };
  return ParseInner(input, [&](CodedInputStream* field) {
    while (const uint32_t tag = field->ReadTag()) {
      if (tag == kTokens ? !ParseInner(field, parse_tokens)
                         : tag != kLengths || !ParseLengths(field, &parsed->begins)) {
        return false;
      }
    }
    return field->ConsumedEntireMessage();
  });
}

}  // namespace elman
