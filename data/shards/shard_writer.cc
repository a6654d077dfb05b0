#include "data/shards/shard_writer.h"

#include <bit>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/bytes.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "data/shards/shard_format.h"

namespace elman {
namespace {

// Appends ids in little-endian order with `width` bytes each.
void AppendIds(std::span<const uint32_t> ids, uint32_t width, std::string* bytes) {
  size_t end = bytes->size();
  bytes->resize(end + ids.size() * width);
  for (const uint32_t id : ids) {
    for (uint32_t i = 0; i < width; ++i) (*bytes)[end++] = static_cast<char>(id >> (8 * i));
  }
}

}  // namespace

ShardFingerprint::ShardFingerprint(const ShardHeader& header) {
  fingerprint_.Add(header.format_version())
      .Add(static_cast<uint64_t>(header.task()))
      .Add(header.split())
      .Add(header.shard())
      .Add(header.shards());
  for (const ShardHeader::Field& field : header.fields()) {
    fingerprint_.Add(field.name()).Add(field.token_width()).Add(field.vocabulary_fingerprint());
  }
}

void ShardFingerprint::Add(std::span<const uint32_t> field) {
  static_assert(std::endian::native == std::endian::little);
  // Ids are hashed as little-endian 32-bit numbers for every width on disk.
  fingerprint_.Add(AsBytes(field));
}

void ShardFingerprint::AddLine(uint64_t line) {
  if (line > 0) fingerprint_.Add(line);
}

absl::StatusOr<std::unique_ptr<ShardWriter>> ShardWriter::Create(const std::string& path,
                                                                 const ShardHeader& header,
                                                                 uint64_t file_id) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  std::unique_ptr<ShardWriter> writer(new ShardWriter(std::move(file), header, file_id));
  ShardRecord record;
  *record.mutable_header() = header;
  RETURN_IF_ERROR(writer->Write(&record).status());
  return writer;
}

ShardWriter::ShardWriter(std::unique_ptr<AtomicFile> file, const ShardHeader& header,
                         uint64_t file_id)
    : file_(std::move(file)), header_(header), file_id_(file_id), fingerprint_(header) {
  for (int i = 0; i < header.fields_size(); ++i) index_.add_counts();
  OpenBlock();
}

absl::Status ShardWriter::Add(std::span<const FieldIds> fields, uint64_t line) {
  uint64_t ids = 0;
  bool empty = fields.size() != static_cast<size_t>(header_.fields_size());
  for (const FieldIds& field : fields) {
    ids += field.ids.size();
    empty = empty || field.ids.empty();
  }
  if (empty || ids > kMaxExampleTokens) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_->path(), ": an example of ", ids, " ids in ", fields.size(),
                     " fields; expected ", header_.fields_size(),
                     " fields, none of them empty, and at most ", kMaxExampleTokens, " ids"));
  }
  // The lines of a block are 32-bit offsets from its first line.
  if (line > std::numeric_limits<uint32_t>::max() &&
      line - std::numeric_limits<uint32_t>::max() > block_.block().first_line())
    RETURN_IF_ERROR(CloseBlock());
  AddLine(line);
  ShardBlock& block = *block_.mutable_block();
  for (int i = 0; i < header_.fields_size(); ++i) {
    const FieldIds& field = fields[i];
    const uint32_t width = header_.fields(i).token_width();
    fingerprint_.Add(field.ids);
    AppendIds(field.ids, width, block.mutable_fields(i)->mutable_tokens());
    block.mutable_fields(i)->add_example_lengths(static_cast<uint32_t>(field.ids.size()));
    block_bytes_ += field.ids.size() * width;
    TextCounts& counts = *index_.mutable_counts(i);
    counts.set_examples(counts.examples() + 1);
    counts.set_tokens(counts.tokens() + field.ids.size());
    counts.set_unknown(counts.unknown() + field.unknown);
    counts.set_words(counts.words() + field.words);
    counts.set_bytes(counts.bytes() + field.bytes);
  }
  fingerprint_.AddLine(line);
  if (block_bytes_ < kBlockTokenBytes &&
      static_cast<uint64_t>(block.fields(0).example_lengths_size()) < kMaxBlockExamples) {
    return absl::OkStatus();
  }
  return CloseBlock();
}

// Records the line of the next example of the open block.
void ShardWriter::AddLine(uint64_t line) {
  if (line == 0) return;
  ShardBlock& block = *block_.mutable_block();
  const int before = block.fields(0).example_lengths_size();
  if (before == 0) {
    block.set_first_line(line);
  } else {
    const uint64_t step = line - last_line_;
    auto* const steps = block.mutable_line_steps();
    if (step != 1 && steps->empty()) steps->Resize(before - 1, 1);
    if (step != 1 || !steps->empty()) steps->Add(static_cast<uint32_t>(step));
  }
  last_line_ = line;
}

// The next block begins after all examples added so far.
void ShardWriter::OpenBlock() {
  block_.Clear();
  block_.mutable_block()->set_number(static_cast<uint64_t>(index_.blocks_size()));
  block_bytes_ = 0;
  place_.Clear();
  for (const TextCounts& counts : index_.counts()) {
    block_.mutable_block()->add_fields();
    place_.add_first_token(counts.tokens());
    place_.set_first_example(counts.examples());
  }
}

absl::Status ShardWriter::CloseBlock() {
  if (block_bytes_ == 0) return absl::OkStatus();
  place_.set_offset(file_->size());
  ASSIGN_OR_RETURN(const uint64_t payload_bytes, Write(&block_));
  place_.set_payload_bytes(payload_bytes);
  *index_.add_blocks() = place_;
  OpenBlock();
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ShardWriter::Write(ShardRecord* record) {
  record->set_file_id(file_id_);
  const std::string payload = record->SerializeAsString();
  if (record->has_index() && payload.size() > kMaxShardIndexBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        file_->path(), ": too many blocks for one shard; use a smaller --shard_tokens"));
  }
  if (payload.size() > kMaxRecordPayloadBytes) {
    return absl::InternalError(absl::StrCat(file_->path(), ": a record of ", payload.size(),
                                            " bytes is above the limit of ",
                                            kMaxRecordPayloadBytes));
  }
  const std::string frame = FrameRecord(payload);
  crc_ = Crc32c(frame, crc_);
  RETURN_IF_ERROR(file_->Append(frame));
  return payload.size();
}

absl::StatusOr<ShardEntry> ShardWriter::Finish() {
  RETURN_IF_ERROR(CloseBlock());
  if (fingerprint_.file_id() != file_id_) {
    return absl::FailedPreconditionError(absl::StrCat(
        file_->path(), ": the examples changed between the two passes; run the command again"));
  }
  const uint64_t index_offset = file_->size();
  ShardRecord record;
  ShardEntry entry;
  *entry.mutable_counts() = index_.counts();
  record.mutable_index()->Swap(&index_);
  RETURN_IF_ERROR(Write(&record).status());
  record.mutable_tail()->set_index_offset(index_offset);
  RETURN_IF_ERROR(Write(&record).status());

  RETURN_IF_ERROR(file_->PublishProven(crc_));
  entry.set_file(FileNameOf(file_->path()));
  entry.set_bytes(file_->size());
  entry.set_crc32c(crc_);
  return entry;
}

}  // namespace elman
