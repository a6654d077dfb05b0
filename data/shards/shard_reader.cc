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
    : file_(std::move(file)), vocabulary_size_(vocabulary_size) {}

uint64_t ShardReader::first_token(int block) const {
  return block == blocks() ? counts().tokens() : index_.blocks(block).first_token();
}

uint64_t ShardReader::first_example(int block) const {
  return block == blocks() ? counts().examples() : index_.blocks(block).first_example();
}

absl::Status ShardReader::Damaged(uint64_t offset, const std::string& what) const {
  return absl::DataLossError(absl::StrCat(file_->path(), ": offset ", offset, ": ", what,
                                          "; copy the shard or preprocess the corpus again"));
}

absl::StatusOr<uint64_t> ShardReader::ReadRecord(uint64_t offset, ShardRecord::KindCase kind,
                                                 ShardRecord* record) const {
  std::string payload;
  absl::StatusOr<uint64_t> next = RecordReader(file_.get()).Read(offset, &payload);
  if (absl::IsOutOfRange(next.status())) {
    return Damaged(offset, absl::StrCat("expected ", NameOf(kind), ", found the end of the file"));
  }
  RETURN_IF_ERROR(next.status());
  if (!record->ParseFromString(payload) || record->kind_case() != kind) {
    return Damaged(offset, absl::StrCat("expected the record of ", NameOf(kind), ", found that of ",
                                        NameOf(record->kind_case())));
  }
  return next;
}

absl::Status ShardReader::ReadFrame() {
  const uint64_t size = file_->size();
  if (size < kTailBytes) {
    return Damaged(0, absl::StrCat("truncated: ", size, " bytes are too few for a shard"));
  }
  ShardRecord tail;
  const uint64_t tail_offset = size - kTailBytes;
  if (absl::Status status = ReadRecord(tail_offset, ShardRecord::kTail, &tail).status();
      !status.ok()) {
    return Damaged(tail_offset,
                   absl::StrCat("no tail at the end of the file: it is truncated or no "
                                "shard (",
                                status.message(), ")"));
  }
  file_id_ = tail.file_id();

  ShardRecord record;
  const uint64_t index_offset = tail.tail().index_offset();
  ASSIGN_OR_RETURN(const uint64_t index_end,
                   ReadRecord(index_offset, ShardRecord::kIndex, &record));
  if (index_end != tail_offset) {
    return Damaged(index_offset, absl::StrCat("the index ends at ", index_end,
                                              ", but the tail begins at ", tail_offset));
  }
  if (record.file_id() != file_id_) {
    return Damaged(index_offset, "the index belongs to another shard than the tail");
  }
  index_.Swap(record.mutable_index());

  ASSIGN_OR_RETURN(const uint64_t header_end, ReadRecord(0, ShardRecord::kHeader, &record));
  if (record.file_id() != file_id_) {
    return Damaged(0, "the header belongs to another shard than the tail");
  }
  header_.Swap(record.mutable_header());
  if (header_.format_version() != kShardFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_->path(), ": expected shard format ", kShardFormatVersion, ", found ",
                     header_.format_version(), "; preprocess the corpus again"));
  }
  if (header_.token_width() != 2 && header_.token_width() != 4) {
    return Damaged(0, absl::StrCat("expected 2 or 4 bytes a token, found ", header_.token_width()));
  }
  return CheckIndex(header_end, index_offset);
}

absl::Status ShardReader::CheckIndex(uint64_t first_block_offset, uint64_t index_offset) const {
  uint64_t offset = first_block_offset;
  uint64_t token = 0;
  uint64_t example = 0;
  for (int i = 0; i < index_.blocks_size(); ++i) {
    const ShardIndex::Block& block = index_.blocks(i);
    // Bounded first, so that the sum below cannot overflow.
    if (block.payload_bytes() > kMaxRecordPayloadBytes || block.offset() != offset) {
      return Damaged(index_offset,
                     absl::StrCat("expected block ", i, " at ", offset, ", found ",
                                  block.payload_bytes(), " bytes at ", block.offset()));
    }
    const bool first = i == 0;
    if (first ? block.first_token() != 0 || block.first_example() != 0
              : block.first_token() <= token || block.first_example() <= example) {
      return Damaged(
          index_offset,
          absl::StrCat("block ", i, " begins with token ", block.first_token(), " and example ",
                       block.first_example(), " after token ", token, " and example ", example));
    }
    offset += block.payload_bytes() + kRecordFrameBytes;
    token = block.first_token();
    example = block.first_example();
  }
  if (offset != index_offset) {
    return Damaged(index_offset, absl::StrCat("the blocks end at ", offset,
                                              ", but the index begins at ", index_offset));
  }
  const bool empty = index_.blocks_size() == 0;
  if (empty ? counts().tokens() != 0 || counts().examples() != 0
            : counts().tokens() <= token || counts().examples() <= example) {
    return Damaged(index_offset, absl::StrCat("the index counts ", counts().tokens(),
                                              " tokens and ", counts().examples(),
                                              " examples, but its last block begins with token ",
                                              token, " and example ", example));
  }
  return absl::OkStatus();
}

absl::Status ShardReader::ReadBlock(int number, TokenBlock* decoded) const {
  ShardRecord record;
  const uint64_t offset = index_.blocks(number).offset();
  RETURN_IF_ERROR(ReadRecord(offset, ShardRecord::kBlock, &record).status());
  const ShardBlock& block = record.block();
  if (record.file_id() != file_id_ || block.number() != static_cast<uint64_t>(number)) {
    return Damaged(offset, absl::StrCat("expected block ", number, " of this shard, found block ",
                                        block.number(),
                                        record.file_id() == file_id_ ? "" : " of another shard"));
  }
  const uint64_t width = header_.token_width();
  const uint64_t tokens = first_token(number + 1) - first_token(number);
  const uint64_t examples = first_example(number + 1) - first_example(number);
  if (block.tokens().size() % width != 0 || block.tokens().size() / width != tokens ||
      static_cast<uint64_t>(block.example_lengths_size()) != examples) {
    return Damaged(offset, absl::StrCat("expected ", tokens, " tokens of ", width, " bytes in ",
                                        examples, " examples, found ", block.tokens().size(),
                                        " bytes in ", block.example_lengths_size()));
  }
  uint64_t sum = 0;
  decoded->example_lengths.assign(block.example_lengths().begin(), block.example_lengths().end());
  for (const uint32_t length : decoded->example_lengths) sum += length;
  if (sum != tokens) {
    return Damaged(offset,
                   absl::StrCat("expected examples of ", tokens, " tokens in all, found ", sum));
  }

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
    return Damaged(offset,
                   absl::StrCat("expected ids below ", vocabulary_size_, ", found ", highest));
  }
  return absl::OkStatus();
}

}  // namespace elman
