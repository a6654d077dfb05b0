#include "data/shards/shard_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/shard_writer.h"

namespace elman {
namespace {

// file_id (1 + 8 bytes), and the tail message (2 bytes) with its offset (1 + 8).
constexpr uint64_t kTailPayloadBytes = 20;
constexpr uint64_t kTailBytes = kTailPayloadBytes + kRecordFrameBytes;
// A header is a few numbers and names; a block what the writer's bounds allow. A message takes many
// times its bytes when it is parsed, so none is parsed that is larger than it can be.
constexpr uint64_t kMaxHeaderBytes = uint64_t{64} << 10;
constexpr uint64_t kMaxBlockBytes = uint64_t{32} << 20;
constexpr std::string_view kRemedy = "copy the shard or preprocess the corpus again";

const char* NameOf(ShardRecord::KindCase kind) {
  switch (kind) {
    case ShardRecord::kHeader:
      return "a header";
    case ShardRecord::kBlock:
      return "a block";
    case ShardRecord::kIndex:
      return "an index";
    case ShardRecord::kTail:
      return "a tail";
    default:
      return "nothing known";
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ShardReader>> ShardReader::Open(const std::string& path,
                                                               uint32_t vocabulary_size) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::unique_ptr<ShardReader> reader(new ShardReader(std::move(file), vocabulary_size));
  RETURN_IF_ERROR(reader->ReadFrame());
  return reader;
}

ShardReader::ShardReader(std::unique_ptr<RandomAccessFile> file, uint32_t vocabulary_size)
    : file_(std::move(file)), records_(file_.get(), kRemedy), vocabulary_size_(vocabulary_size) {}

uint64_t ShardReader::first_token(int block) const {
  return block == blocks() ? counts().tokens() : index_.blocks(block).first_token();
}

uint64_t ShardReader::first_example(int block) const {
  return block == blocks() ? counts().examples() : index_.blocks(block).first_example();
}

// Every record but the tail, which is read first, must have the tail's file id.
absl::StatusOr<uint64_t> ShardReader::ReadRecord(uint64_t offset, ShardRecord::KindCase kind,
                                                 std::string_view name, uint64_t max_bytes,
                                                 ShardRecord* record) const {
  std::string payload;
  absl::StatusOr<uint64_t> next = records_.Read(offset, name, &payload);
  if (absl::IsOutOfRange(next.status()))
    return records_.Damaged(offset, name, "truncated: the file ends here");
  RETURN_IF_ERROR(next.status());
  if (payload.size() > max_bytes) {
    return records_.Damaged(
        offset, name,
        absl::StrCat("expected a record of at most ", max_bytes, " bytes, found ", payload.size()));
  }
  if (!record->ParseFromString(payload) || record->kind_case() != kind) {
    return records_.Damaged(offset, name,
                            absl::StrCat("expected the record of ", NameOf(kind),
                                         ", found that of ", NameOf(record->kind_case())));
  }
  if (kind != ShardRecord::kTail && record->file_id() != file_id_)
    return records_.Damaged(offset, name, "the record belongs to another shard than the tail");
  return next;
}

absl::Status ShardReader::ReadFrame() {
  const uint64_t size = file_->size();
  if (size < kTailBytes) {
    return records_.Damaged(0, "header",
                            absl::StrCat("truncated: ", size, " bytes are too few for a shard"));
  }
  ShardRecord record;
  const uint64_t tail_offset = size - kTailBytes;
  if (const absl::Status status =
          ReadRecord(tail_offset, ShardRecord::kTail, "tail", kTailPayloadBytes, &record).status();
      !status.ok()) {
    return records_.Damaged(tail_offset, "tail",
                            absl::StrCat("no tail at the end of the file: it is truncated or no "
                                         "shard (",
                                         status.message(), ")"));
  }
  file_id_ = record.file_id();

  const uint64_t index_offset = record.tail().index_offset();
  ASSIGN_OR_RETURN(const uint64_t index_end, ReadRecord(index_offset, ShardRecord::kIndex, "index",
                                                        kMaxShardIndexBytes, &record));
  if (index_end != tail_offset) {
    return records_.Damaged(
        index_offset, "index",
        absl::StrCat("it ends at ", index_end, ", but the tail begins at ", tail_offset));
  }
  index_.Swap(record.mutable_index());

  ASSIGN_OR_RETURN(const uint64_t header_end,
                   ReadRecord(0, ShardRecord::kHeader, "header", kMaxHeaderBytes, &record));
  header_.Swap(record.mutable_header());
  if (header_.format_version() != kShardFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_->path(), ": expected shard format ", kShardFormatVersion, ", found ",
                     header_.format_version(), "; preprocess the corpus again"));
  }
  if (header_.token_width() != 2 && header_.token_width() != 4) {
    return records_.Damaged(
        0, "header", absl::StrCat("expected 2 or 4 bytes a token, found ", header_.token_width()));
  }
  if (header_.shard() >= header_.shards()) {
    return records_.Damaged(
        0, "header",
        absl::StrCat("found shard ", header_.shard(), ", counted from 0, of ", header_.shards()));
  }
  return CheckIndex(header_end, index_offset);
}

absl::Status ShardReader::CheckIndex(uint64_t first_block_offset, uint64_t index_offset) const {
  const auto damaged = [&](const std::string& what) {
    return records_.Damaged(index_offset, "index", what);
  };
  uint64_t offset = first_block_offset;
  uint64_t token = 0;
  uint64_t example = 0;
  for (int i = 0; i < blocks(); ++i) {
    const ShardIndex::Block& block = index_.blocks(i);
    // Bounded first, so that the sum below cannot overflow.
    if (block.payload_bytes() > kMaxBlockBytes || block.offset() != offset) {
      return damaged(absl::StrCat("expected block ", i, " at ", offset, ", found ",
                                  block.payload_bytes(), " bytes at ", block.offset()));
    }
    if (block.first_token() != token || block.first_example() != example) {
      return damaged(absl::StrCat("expected block ", i, " to begin with token ", token,
                                  " and example ", example, ", found token ", block.first_token(),
                                  " and example ", block.first_example()));
    }
    offset += block.payload_bytes() + kRecordFrameBytes;
    token = first_token(i + 1);
    example = first_example(i + 1);
    // An example has a token at least, and a token its bytes in the block.
    if (token <= block.first_token() || example <= block.first_example() ||
        example - block.first_example() > token - block.first_token() ||
        token - block.first_token() > block.payload_bytes() / header_.token_width()) {
      return damaged(absl::StrCat("block ", i, " of ", block.payload_bytes(),
                                  " bytes is said to end before token ", token, " and example ",
                                  example, ", having begun with token ", block.first_token(),
                                  " and example ", block.first_example()));
    }
  }
  if (offset != index_offset) {
    return damaged(
        absl::StrCat("the blocks end at ", offset, ", but the index begins at ", index_offset));
  }
  if (token != counts().tokens() || example != counts().examples() ||
      counts().unknown() > counts().tokens()) {
    return damaged(absl::StrCat("it counts ", counts().tokens(), " tokens, ", counts().unknown(),
                                " unknown, and ", counts().examples(), " examples in ", blocks(),
                                " blocks"));
  }
  return absl::OkStatus();
}

absl::Status ShardReader::CheckBlock(uint64_t offset, int number, const ShardBlock& block) const {
  const std::string name = absl::StrCat("block ", number);
  if (block.number() != static_cast<uint64_t>(number)) {
    return records_.Damaged(
        offset, name,
        absl::StrCat("expected block ", number, " of this shard, found block ", block.number()));
  }
  const uint64_t width = header_.token_width();
  const uint64_t tokens = first_token(number + 1) - first_token(number);
  const uint64_t examples = first_example(number + 1) - first_example(number);
  if (block.tokens().size() % width != 0 || block.tokens().size() / width != tokens ||
      static_cast<uint64_t>(block.example_lengths_size()) != examples) {
    return records_.Damaged(offset, name,
                            absl::StrCat("expected ", tokens, " tokens of ", width, " bytes in ",
                                         examples, " examples, found ", block.tokens().size(),
                                         " bytes in ", block.example_lengths_size()));
  }
  uint64_t sum = 0;
  for (const uint32_t length : block.example_lengths()) sum += length;
  if (sum == tokens) return absl::OkStatus();
  return records_.Damaged(
      offset, name, absl::StrCat("expected examples of ", tokens, " tokens in all, found ", sum));
}

absl::Status ShardReader::ReadBlock(int number, TokenBlock* decoded) const {
  const std::string name = absl::StrCat("block ", number);
  const uint64_t offset = index_.blocks(number).offset();
  const uint64_t end = offset + index_.blocks(number).payload_bytes() + kRecordFrameBytes;
  ShardRecord record;
  ASSIGN_OR_RETURN(const uint64_t next,
                   ReadRecord(offset, ShardRecord::kBlock, name, kMaxBlockBytes, &record));
  const ShardBlock& block = record.block();
  RETURN_IF_ERROR(CheckBlock(offset, number, block));
  if (next != end) {
    return records_.Damaged(
        offset, name, absl::StrCat("expected its end at ", end, " as in the index, found ", next));
  }
  const uint64_t width = header_.token_width();
  const uint64_t tokens = first_token(number + 1) - first_token(number);
  decoded->example_lengths.assign(block.example_lengths().begin(), block.example_lengths().end());

  const auto* bytes = reinterpret_cast<const unsigned char*>(block.tokens().data());
  decoded->ids.resize(tokens);
  uint32_t highest = 0;
  for (uint64_t i = 0; i < tokens; ++i) {
    uint32_t id = 0;
    if (width == 2) {
      id = bytes[2 * i] | static_cast<uint32_t>(bytes[2 * i + 1]) << 8;
    } else {
      id = bytes[4 * i] | static_cast<uint32_t>(bytes[4 * i + 1]) << 8 |
           static_cast<uint32_t>(bytes[4 * i + 2]) << 16 |
           static_cast<uint32_t>(bytes[4 * i + 3]) << 24;
    }
    highest = id > highest ? id : highest;
    decoded->ids[i] = static_cast<int32_t>(id);
  }
  if (tokens > 0 && highest >= vocabulary_size_) {
    return records_.Damaged(
        offset, name, absl::StrCat("expected ids below ", vocabulary_size_, ", found ", highest));
  }
  return absl::OkStatus();
}

}  // namespace elman
