#include "data/shards/shard_writer.h"

#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/record_io.h"
#include "data/io/status_macros.h"

namespace elman {

uint32_t TokenWidth(uint32_t vocabulary_size) { return vocabulary_size <= 0x10000 ? 2 : 4; }

ShardFingerprint::ShardFingerprint(const ShardHeader& header) {
  fingerprint_.Add(header.format_version())
      .Add(static_cast<uint64_t>(header.task()))
      .Add(header.split())
      .Add(header.shard())
      .Add(header.shards())
      .Add(header.token_width())
      .Add(header.vocabulary_fingerprint());
}

void ShardFingerprint::Add(std::span<const uint32_t> example) {
  static_assert(std::endian::native == std::endian::little);
  // Ids are hashed as little-endian 32-bit words, whatever their width on disk.
  fingerprint_.Add(std::string_view(reinterpret_cast<const char*>(example.data()),
                                    example.size() * sizeof(uint32_t)));
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
    : file_(std::move(file)),
      token_width_(header.token_width()),
      file_id_(file_id),
      fingerprint_(header) {}

absl::Status ShardWriter::Add(std::span<const uint32_t> example, const TextCounts& counts) {
  if (example.empty() || example.size() > kMaxExampleTokens) {
    return absl::InvalidArgumentError(absl::StrCat(file_->path(), ": an example of ",
                                                   example.size(), " tokens; expected 1 to ",
                                                   kMaxExampleTokens));
  }
  fingerprint_.Add(example);
  ShardBlock& block = *block_.mutable_block();
  std::string& tokens = *block.mutable_tokens();
  size_t end = tokens.size();
  tokens.resize(end + example.size() * token_width_);
  for (const uint32_t id : example) {
    for (uint32_t i = 0; i < token_width_; ++i) tokens[end++] = static_cast<char>(id >> (8 * i));
  }
  block.add_example_lengths(static_cast<uint32_t>(example.size()));
  counts_.set_examples(counts_.examples() + 1);
  counts_.set_tokens(counts_.tokens() + example.size());
  counts_.set_unknown(counts_.unknown() + counts.unknown());
  counts_.set_words(counts_.words() + counts.words());
  counts_.set_bytes(counts_.bytes() + counts.bytes());
  if (tokens.size() < kBlockTokenBytes &&
      static_cast<uint64_t>(block.example_lengths_size()) < kMaxBlockExamples) {
    return absl::OkStatus();
  }
  return CloseBlock();
}

absl::Status ShardWriter::CloseBlock() {
  if (block_.block().example_lengths_size() == 0) return absl::OkStatus();
  const uint64_t offset = file_->size();
  block_.mutable_block()->set_number(static_cast<uint64_t>(index_.blocks_size()));
  ASSIGN_OR_RETURN(const uint64_t payload_bytes, Write(&block_));
  ShardIndex::Block* entry = index_.add_blocks();
  entry->set_offset(offset);
  entry->set_payload_bytes(payload_bytes);
  entry->set_first_token(first_token_);
  entry->set_first_example(first_example_);
  first_token_ = counts_.tokens();
  first_example_ = counts_.examples();
  block_.Clear();
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ShardWriter::Write(ShardRecord* record) {
  record->set_file_id(file_id_);
  const std::string payload = record->SerializeAsString();
  if (record->has_index() && payload.size() > kMaxShardIndexBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        file_->path(), ": too many blocks for one shard; take a smaller --shard_tokens"));
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
        file_->path(), ": the examples changed between the two passes over them; start again"));
  }
  const uint64_t index_offset = file_->size();
  ShardRecord record;
  *index_.mutable_counts() = counts_;
  record.mutable_index()->Swap(&index_);
  RETURN_IF_ERROR(Write(&record).status());
  record.mutable_tail()->set_index_offset(index_offset);
  RETURN_IF_ERROR(Write(&record).status());

  RETURN_IF_ERROR(file_->Close());
  RETURN_IF_ERROR(ReadBack());
  RETURN_IF_ERROR(file_->Rename(/*replace=*/false));
  ShardEntry entry;
  entry.set_file(file_->path().substr(file_->path().rfind('/') + 1));
  entry.set_bytes(file_->size());
  entry.set_crc32c(crc_);
  *entry.mutable_counts() = counts_;
  return entry;
}

absl::Status ShardWriter::ReadBack() const {
  ASSIGN_OR_RETURN(const uint32_t crc, FileCrc32c(file_->temporary_path()));
  if (crc == crc_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      file_->temporary_path(), ": read back, the bytes differ from those written; check the disk"));
}

}  // namespace elman
