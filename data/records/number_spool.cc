#include "data/records/number_spool.h"

#include <utility>

#include "data/io/file_system.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"

namespace elman {

NumberSpoolWriter::NumberSpoolWriter(std::string path, std::unique_ptr<AppendFile> file)
    : path_(std::move(path)), file_(std::move(file)), frame_(kRecordHeaderBytes, '\0') {}

absl::StatusOr<std::unique_ptr<NumberSpoolWriter>> NumberSpoolWriter::Create(
    const std::string& path) {
  RETURN_IF_ERROR(RemoveFile(path));
  ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, AppendFile::Open(path));
  return std::unique_ptr<NumberSpoolWriter>(new NumberSpoolWriter(path, std::move(file)));
}

absl::Status NumberSpoolWriter::Flush() {
  if (frame_.size() == kRecordHeaderBytes) return absl::OkStatus();
  CloseFrame(&frame_);
  RETURN_IF_ERROR(file_->Append(frame_));
  offset_ += frame_.size();
  frame_.resize(kRecordHeaderBytes);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<NumberSpoolReader>> NumberSpoolReader::Open(const std::string& path,
                                                                           uint64_t begin,
                                                                           uint64_t end) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  const uint64_t last = std::min(end, file->size());
  return std::unique_ptr<NumberSpoolReader>(new NumberSpoolReader(std::move(file), begin, last));
}

bool NumberSpoolReader::Fill() {
  if (offset_ >= end_ || !status_.ok()) return false;
  const absl::StatusOr<uint64_t> next = RecordReader(file_.get()).Read(offset_, &payload_);
  if (!next.ok()) {
    status_ = next.status();
    return false;
  }
  offset_ = *next;
  numbers_.resize(payload_.size() / sizeof(uint32_t));
  CopyFromBytes(payload_, numbers_);
  rest_ = numbers_;
  return true;
}

}  // namespace elman
