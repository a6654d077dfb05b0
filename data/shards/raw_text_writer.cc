#include "data/shards/raw_text_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"

namespace elman {

RawTextFingerprint::RawTextFingerprint(const RawTextHeader& header) {
  fingerprint_.Add(header.format_version())
      .Add(static_cast<uint64_t>(header.content()))
      .Add(header.split())
      .Add(header.shard())
      .Add(header.shard_crc32c())
      .Add(header.examples())
      .Add(header.texts());
}

void RawTextFingerprint::Add(std::span<const std::string_view> texts) {
  fingerprint_.Add(texts.size());
  for (const std::string_view text : texts) fingerprint_.Add(text);
}

absl::StatusOr<std::unique_ptr<RawTextWriter>> RawTextWriter::Create(const std::string& path,
                                                                     const RawTextHeader& header,
                                                                     uint64_t file_id) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  std::unique_ptr<RawTextWriter> writer(new RawTextWriter(std::move(file), header, file_id));
  RawTextRecord record;
  *record.mutable_header() = header;
  RETURN_IF_ERROR(writer->Write(&record));
  return writer;
}

absl::Status RawTextWriter::Add(std::span<const std::string_view> texts) {
  RawTextBlock& block = *block_.mutable_block();
  block.add_example_texts(static_cast<uint32_t>(texts.size()));
  for (const std::string_view text : texts) {
    block.add_text_bytes(static_cast<uint32_t>(text.size()));
    block.mutable_texts()->append(text);
  }
  fingerprint_.Add(texts);
  texts_ += texts.size();
  ++examples_;
  const uint64_t bytes = block.texts().size() + static_cast<uint64_t>(block.text_bytes_size());
  if (bytes < kRawTextBlockBytes && block.example_texts_size() < kMaxRawTextExamples)
    return absl::OkStatus();
  return CloseBlock();
}

absl::Status RawTextWriter::CloseBlock() {
  if (block_.block().example_texts().empty()) return absl::OkStatus();
  block_.mutable_block()->set_number(++blocks_);
  RETURN_IF_ERROR(Write(&block_));
  block_.mutable_block()->Clear();
  return absl::OkStatus();
}

absl::Status RawTextWriter::Write(RawTextRecord* record) {
  record->set_file_id(file_id_);
  const std::string frame = FrameRecord(record->SerializeAsString());
  crc_ = Crc32c(frame, crc_);
  return file_->Append(frame);
}

absl::StatusOr<FileEntry> RawTextWriter::Finish() {
  RETURN_IF_ERROR(CloseBlock());
  if (examples_ != header_.examples() || texts_ != header_.texts() ||
      fingerprint_.file_id() != file_id_) {
    return absl::FailedPreconditionError(absl::StrCat(
        file_->path(), ": the texts changed between the two passes; run the command again"));
  }
  RETURN_IF_ERROR(file_->PublishProven(crc_));
  FileEntry entry;
  entry.set_file(FileNameOf(file_->path()));
  entry.set_bytes(file_->size());
  entry.set_crc32c(crc_);
  return entry;
}

}  // namespace elman
