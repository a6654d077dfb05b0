#include "data/io/record_io.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// A CRC stored beside the bytes it covers would itself be covered by an outer CRC in a trivial way;
// the mask of the TFRecord format prevents that.
uint32_t Masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

template <typename T>
void AppendLittleEndian(T number, std::string* bytes) {
  for (size_t i = 0; i < sizeof(T); ++i) *bytes += static_cast<char>(number >> (8 * i));
}

template <typename T>
T LoadLittleEndian(const char* bytes) {
  T number = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    number |= static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return number;
}

absl::Status Truncated(const RandomAccessFile& file, uint64_t offset, uint64_t needed) {
  return absl::DataLossError(absl::StrCat(
      file.path(), ": offset ", offset, ": truncated record: expected ", needed,
      " bytes, but the file ends after ", file.size() - offset, "; copy or write it again"));
}

absl::Status WrongChecksum(const RandomAccessFile& file, uint64_t offset, const char* part,
                           uint32_t expected, uint32_t found) {
  return absl::DataLossError(
      absl::StrFormat("%s: offset %d: corrupted record: the checksum of its %s is %08x, expected "
                      "%08x; copy or write the file again",
                      file.path(), offset, part, found, expected));
}

// A file that shrank since it was opened is as damaged as one that was short from the start.
absl::Status ReadOrDataLoss(const RandomAccessFile& file, uint64_t offset, size_t size,
                            char* buffer) {
  absl::Status status = file.Read(offset, size, buffer);
  if (absl::IsOutOfRange(status)) return absl::DataLossError(status.message());
  return status;
}

}  // namespace

std::string FrameRecord(std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + kRecordFrameBytes);
  AppendLittleEndian<uint64_t>(payload.size(), &frame);
  AppendLittleEndian<uint32_t>(Masked(Crc32c(frame)), &frame);
  frame.append(payload);
  AppendLittleEndian<uint32_t>(Masked(Crc32c(payload)), &frame);
  return frame;
}

absl::Status RecordWriter::Write(std::string_view payload) {
  if (payload.size() > kMaxRecordPayloadBytes) {
    return absl::InvalidArgumentError(absl::StrCat(file_->path(), ": a record of ", payload.size(),
                                                   " bytes is above the limit of ",
                                                   kMaxRecordPayloadBytes));
  }
  return file_->Append(FrameRecord(payload));
}

absl::StatusOr<uint64_t> RecordReader::Read(uint64_t offset, std::string* payload) const {
  const uint64_t size = file_->size();
  if (offset == size) {
    return absl::OutOfRangeError(absl::StrCat(file_->path(), ": offset ", offset, ": end of file"));
  }
  if (offset > size) {
    return absl::DataLossError(absl::StrCat(file_->path(), ": offset ", offset,
                                            ": expected a record, but the file has only ", size,
                                            " bytes"));
  }
  if (size - offset < kRecordHeaderBytes) return Truncated(*file_, offset, kRecordHeaderBytes);

  char header[kRecordHeaderBytes];
  RETURN_IF_ERROR(ReadOrDataLoss(*file_, offset, sizeof(header), header));
  const uint64_t length = LoadLittleEndian<uint64_t>(header);
  const uint32_t length_crc = LoadLittleEndian<uint32_t>(header + 8);
  const uint32_t expected_length_crc = Masked(Crc32c(std::string_view(header, 8)));
  if (length_crc != expected_length_crc) {
    return WrongChecksum(*file_, offset, "length", expected_length_crc, length_crc);
  }
  if (length > kMaxRecordPayloadBytes) {
    return absl::DataLossError(absl::StrCat(file_->path(), ": offset ", offset,
                                            ": expected a record of at most ",
                                            kMaxRecordPayloadBytes, " bytes, found ", length));
  }
  if (size - offset < length + kRecordFrameBytes) {
    return Truncated(*file_, offset, length + kRecordFrameBytes);
  }

  payload->resize(length + 4);
  RETURN_IF_ERROR(ReadOrDataLoss(*file_, offset + kRecordHeaderBytes, length + 4, payload->data()));
  const uint32_t payload_crc = LoadLittleEndian<uint32_t>(payload->data() + length);
  payload->resize(length);
  const uint32_t expected_crc = Masked(Crc32c(*payload));
  if (payload_crc != expected_crc) {
    return WrongChecksum(*file_, offset, "payload", expected_crc, payload_crc);
  }
  return offset + length + kRecordFrameBytes;
}

}  // namespace elman
