#include "data/shards/shard_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/shard_format.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

constexpr uint64_t kTailBytes = kShardTailPayloadBytes + kRecordFrameBytes;
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
      return "an unknown type";
  }
}

// Whether the lengths of the fields of every example are consistent for the task.
bool HasShapeOfTask(Task task, const ExampleBlock& block) {
  const std::span<const TaskField> fields = FieldsOf(task);
  for (size_t i = 1; i < fields.size(); ++i) {
    const int field = static_cast<int>(i);
    // Every example has exactly one id, because none is empty.
    const bool one = block.tokens(field) == block.examples();
    if (fields[i].length == FieldLength::kOne && !one) return false;
    if (fields[i].length == FieldLength::kOfFirstField &&
        !std::ranges::equal(block.begins(0), block.begins(field)))
      return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ShardReader>> ShardReader::Open(const std::string& path,
                                                               std::vector<uint32_t> id_limits) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::unique_ptr<ShardReader> reader(new ShardReader(std::move(file), std::move(id_limits)));
  RETURN_IF_ERROR(reader->ReadFrame());
  return reader;
}

ShardReader::ShardReader(std::unique_ptr<RandomAccessFile> file, std::vector<uint32_t> id_limits)
    : file_(std::move(file)), records_(file_.get(), kRemedy), id_limits_(std::move(id_limits)) {}

uint64_t ShardReader::first_token(int field, int block) const {
  return block == blocks() ? counts(field).tokens() : index_.blocks(block).first_token(field);
}

uint64_t ShardReader::first_example(int block) const {
  return block == blocks() ? examples() : index_.blocks(block).first_example();
}

absl::StatusOr<uint64_t> ShardReader::ReadPayload(uint64_t offset, std::string_view name,
                                                  uint64_t max_bytes, std::string* payload) const {
  absl::StatusOr<uint64_t> next = records_.Read(offset, name, payload);
  if (absl::IsOutOfRange(next.status()))
    return records_.Damaged(offset, name, "truncated: the file ends here");
  RETURN_IF_ERROR(next.status());
  if (payload->size() > max_bytes) {
    return records_.Damaged(offset, name,
                            absl::StrCat("expected a record of at most ", max_bytes,
                                         " bytes, found ", payload->size()));
  }
  return next;
}

// All records must have the file id of the tail, which is read first.
absl::Status ShardReader::CheckFileId(uint64_t offset, std::string_view name,
                                      uint64_t file_id) const {
  if (file_id == file_id_) return absl::OkStatus();
  return records_.Damaged(offset, name, "the record and the tail belong to different shards");
}

absl::StatusOr<uint64_t> ShardReader::ReadRecord(uint64_t offset, ShardRecord::KindCase kind,
                                                 std::string_view name, uint64_t max_bytes,
                                                 ShardRecord* record) const {
  std::string payload;
  ASSIGN_OR_RETURN(const uint64_t next, ReadPayload(offset, name, max_bytes, &payload));
  if (!record->ParseFromString(payload) || record->kind_case() != kind) {
    return records_.Damaged(
        offset, name,
        absl::StrCat("expected ", NameOf(kind), ", found ", NameOf(record->kind_case())));
  }
  if (kind != ShardRecord::kTail) RETURN_IF_ERROR(CheckFileId(offset, name, record->file_id()));
  return next;
}

absl::Status ShardReader::ReadFrame() {
  const uint64_t size = file_->size();
  if (size < kTailBytes) {
    return records_.Damaged(
        0, "header",
        absl::StrCat("truncated: ", size, " bytes, which is less than the smallest shard"));
  }
  ShardRecord record;
  const uint64_t tail_offset = size - kTailBytes;
  if (const absl::Status status =
          ReadRecord(tail_offset, ShardRecord::kTail, "tail", kShardTailPayloadBytes, &record)
              .status();
      !status.ok()) {
    return records_.Damaged(
        tail_offset, "tail",
        absl::StrCat("no tail at the end of the file, which is truncated or is not a shard (",
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
                   ReadRecord(0, ShardRecord::kHeader, "header", kMaxShardHeaderBytes, &record));
  header_.Swap(record.mutable_header());
  RETURN_IF_ERROR(CheckHeader());
  return CheckIndex(header_end, index_offset);
}

absl::Status ShardReader::CheckHeader() const {
  const auto damaged = [&](const std::string& what) { return records_.Damaged(0, "header", what); };
  if (header_.format_version() < kOldestShardFormatVersion ||
      header_.format_version() > kShardFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_->path(), ": expected shard format ", kOldestShardFormatVersion, " to ",
                     kShardFormatVersion, ", found ", header_.format_version(),
                     "; preprocess the corpus again"));
  }
  const std::span<const TaskField> expected = FieldsOf(header_.task());
  if (expected.empty() || fields() != static_cast<int>(expected.size())) {
    return damaged(absl::StrCat("expected the fields of a known task, found ", fields(),
                                " fields for task ", static_cast<int>(header_.task())));
  }
  for (const ShardHeader::Field& field : header_.fields()) {
    if (field.token_width() != 2 && field.token_width() != 4) {
      return damaged(absl::StrCat("expected 2 or 4 bytes per id, found ", field.token_width()));
    }
  }
  if (header_.shard() >= header_.shards()) {
    return damaged(
        absl::StrCat("found shard ", header_.shard(), ", counted from 0, of ", header_.shards()));
  }
  return absl::OkStatus();
}

// Whether the bytes of a block are enough for its counts: every example has at least one id per
// field.
bool ShardReader::CanHold(int block) const {
  const uint64_t begin = first_example(block), end = first_example(block + 1);
  uint64_t bytes = index_.blocks(block).payload_bytes();
  for (int field = 0; field < fields(); ++field) {
    const uint64_t first = first_token(field, block), last = first_token(field, block + 1);
    const uint64_t width = header_.fields(field).token_width();
    if (last <= first || end <= begin || end - begin > last - first ||
        last - first > bytes / width) {
      return false;
    }
    bytes -= (last - first) * width;
  }
  return true;
}

absl::Status ShardReader::CheckIndex(uint64_t first_block_offset, uint64_t index_offset) const {
  const auto damaged = [&](const std::string& what) {
    return records_.Damaged(index_offset, "index", what);
  };
  // Lists that have an entry per field must be complete.
  bool complete = index_.counts_size() == fields();
  for (const ShardIndex::Block& block : index_.blocks())
    complete = complete && block.first_token_size() == fields();
  if (!complete) return damaged(absl::StrCat("expected counts of ", fields(), " fields"));

  uint64_t offset = first_block_offset;
  for (int i = 0; i < blocks(); ++i) {
    const ShardIndex::Block& block = index_.blocks(i);
    // Check the bound first, so that the sum below cannot overflow.
    if (block.payload_bytes() > kMaxShardBlockBytes || block.offset() != offset) {
      return damaged(absl::StrCat("expected block ", i, " at ", offset, ", found ",
                                  block.payload_bytes(), " bytes at ", block.offset()));
    }
    offset += block.payload_bytes() + kRecordFrameBytes;
    for (int field = 0; field < fields(); ++field) {
      const bool begins = i > 0 || (first_token(field, 0) == 0 && first_example(0) == 0);
      if (begins && CanHold(i)) continue;
      return damaged(absl::StrCat("block ", i, " of ", block.payload_bytes(),
                                  " bytes has an invalid range: it ends before token ",
                                  first_token(field, i + 1), " and example ", first_example(i + 1),
                                  " but begins with token ", first_token(field, i), " and example ",
                                  first_example(i)));
    }
  }
  if (offset != index_offset) {
    return damaged(
        absl::StrCat("the blocks end at ", offset, ", but the index begins at ", index_offset));
  }
  for (const TextCounts& sums : index_.counts()) {
    if (sums.examples() == examples() && sums.unknown() <= sums.tokens() &&
        (blocks() > 0 || sums.tokens() + sums.examples() == 0)) {
      continue;
    }
    return damaged(absl::StrCat("invalid counts: ", sums.tokens(), " tokens, ", sums.unknown(),
                                " unknown, and ", sums.examples(), " examples in ", blocks(),
                                " blocks"));
  }
  return absl::OkStatus();
}

absl::Status ShardReader::CheckBlock(uint64_t offset, int number, const ExampleBlock& block) const {
  const std::string name = absl::StrCat("block ", number);
  const uint64_t examples = first_example(number + 1) - first_example(number);
  for (int i = 0; i < fields(); ++i) {
    const uint64_t tokens = first_token(i, number + 1) - first_token(i, number);
    const PackedIds ids = block.ids(i);
    const std::span<const uint32_t> begins = block.begins(i);
    if (ids.bytes() != tokens * ids.width() || begins.size() != examples + 1) {
      return records_.Damaged(
          offset, name,
          absl::StrCat("expected ", tokens, " tokens of ", ids.width(), " bytes in ", examples,
                       " examples, found ", ids.bytes(), " bytes in ", begins.size() - 1));
    }
    if (begins.back() != tokens || std::ranges::adjacent_find(begins) != begins.end()) {
      return records_.Damaged(
          offset, name,
          absl::StrCat("expected examples of ", tokens,
                       " tokens in total, none of them empty, found ", begins.back()));
    }
    if (static_cast<size_t>(i) < id_limits_.size() && ids.Highest() >= id_limits_[i]) {
      return records_.Damaged(
          offset, name,
          absl::StrCat("expected ids below ", id_limits_[i], ", found ", ids.Highest()));
    }
  }
  if (block.lines_.size() > 1 && block.lines_.size() != examples) {
    return records_.Damaged(
        offset, name,
        absl::StrCat("expected the lines of ", examples, " examples, found ", block.lines_.size()));
  }
  if (HasShapeOfTask(header_.task(), block)) return absl::OkStatus();
  return records_.Damaged(offset, name,
                          absl::StrCat("expected ", std::string(TraitsOf(header_.task()).lengths),
                                       " in every example"));
}

absl::Status ShardReader::ReadBlock(int number, ExampleBlock* block) const {
  const std::string name = absl::StrCat("block ", number);
  const uint64_t offset = index_.blocks(number).offset();
  const uint64_t end = offset + index_.blocks(number).payload_bytes() + kRecordFrameBytes;
  ASSIGN_OR_RETURN(const uint64_t next,
                   ReadPayload(offset, name, kMaxShardBlockBytes, &block->payload_));
  uint64_t file_id = 0, found = 0;
  if (!block->Parse(&file_id, &found))
    return records_.Damaged(offset, name, "expected a block, found another record");
  RETURN_IF_ERROR(CheckFileId(offset, name, file_id));
  if (found != static_cast<uint64_t>(number)) {
    return records_.Damaged(
        offset, name,
        absl::StrCat("expected block ", number, " of this shard, found block ", found));
  }
  if (block->fields() != fields()) {
    return records_.Damaged(
        offset, name, absl::StrCat("expected ", fields(), " fields, found ", block->fields()));
  }
  for (int i = 0; i < fields(); ++i)
    block->fields_[i].token_width = header_.fields(i).token_width();
  RETURN_IF_ERROR(CheckBlock(offset, number, *block));
  if (next == end) return absl::OkStatus();
  return records_.Damaged(
      offset, name, absl::StrCat("expected its end at ", end, " as in the index, found ", next));
}

}  // namespace elman
