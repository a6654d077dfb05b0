#include "data/features/feature_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/features/feature_file.h"
#include "data/io/checksum.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"

namespace elman {

absl::StatusOr<std::unique_ptr<FeatureWriter>> FeatureWriter::Create(const std::string& path,
                                                                     const FeatureHeader& header,
                                                                     uint64_t file_id) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  std::unique_ptr<FeatureWriter> writer(new FeatureWriter(std::move(file), header, file_id));
  FeatureRecord record;
  *record.mutable_header() = header;
  RETURN_IF_ERROR(writer->Write(&record));
  return writer;
}

FeatureWriter::FeatureWriter(std::unique_ptr<AtomicFile> file, const FeatureHeader& header,
                             uint64_t file_id)
    : file_(std::move(file)),
      header_(header),
      file_id_(file_id),
      block_bytes_(header.block_vectors() * VectorBytes(header.features())) {}

absl::Status FeatureWriter::Add(std::string_view numbers) {
  numbers_bytes_ += numbers.size();
  while (!numbers.empty()) {
    std::string* block = block_.mutable_block()->mutable_numbers();
    const size_t taken = std::min<size_t>(numbers.size(), block_bytes_ - block->size());
    block->append(numbers.substr(0, taken));
    numbers.remove_prefix(taken);
    if (block->size() == block_bytes_) RETURN_IF_ERROR(CloseBlock());
  }
  return absl::OkStatus();
}

absl::Status FeatureWriter::CloseBlock() {
  if (block_.block().numbers().empty()) return absl::OkStatus();
  block_.mutable_block()->set_number(++blocks_);
  RETURN_IF_ERROR(Write(&block_));
  block_.mutable_block()->clear_numbers();
  return absl::OkStatus();
}

absl::Status FeatureWriter::Write(FeatureRecord* record) {
  record->set_file_id(file_id_);
  const std::string frame = FrameRecord(record->SerializeAsString());
  crc_ = Crc32c(frame, crc_);
  return file_->Append(frame);
}

absl::StatusOr<FileEntry> FeatureWriter::Finish() {
  RETURN_IF_ERROR(CloseBlock());
  if (numbers_bytes_ != header_.vectors() * VectorBytes(header_.features())) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_->path(), ": ", numbers_bytes_, " bytes were written, but ",
                     header_.vectors(), " vectors were announced"));
  }
  RETURN_IF_ERROR(file_->PublishProven(crc_));
  FileEntry entry;
  entry.set_file(FileNameOf(file_->path()));
  entry.set_bytes(file_->size());
  entry.set_crc32c(crc_);
  return entry;
}

}  // namespace elman
