#include "data/records/record_io.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// A CRC that is stored with its data has problematic properties if an outer CRC covers both. The
// mask of the TFRecord format prevents this.
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

}  // namespace

std::string FrameRecord(std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + kRecordFrameBytes);
  frame.resize(kRecordHeaderBytes);
  frame.append(payload);
  CloseFrame(&frame);
  return frame;
}

void CloseFrame(std::string* frame) {
  const std::string_view payload = std::string_view(*frame).substr(kRecordHeaderBytes);
  std::string header;
  AppendLittleEndian<uint64_t>(payload.size(), &header);
  AppendLittleEndian<uint32_t>(Masked(Crc32c(header)), &header);
  const uint32_t crc = Masked(Crc32c(payload));
  frame->replace(0, kRecordHeaderBytes, header);
  AppendLittleEndian<uint32_t>(crc, frame);
}

absl::Status RecordWriter::Write(std::string_view payload) {
  if (payload.size() > kMaxRecordPayloadBytes) {
    return absl::InvalidArgumentError(absl::StrCat(file_->path(), ": a record of ", payload.size(),
                                                   " bytes is above the limit of ",
                                                   kMaxRecordPayloadBytes));
  }
  return file_->Append(FrameRecord(payload));
}

absl::Status RecordReader::Damaged(uint64_t offset, std::string_view name,
                                   std::string_view what) const {
  return absl::DataLossError(absl::StrCat(file_->path(), ": offset ", offset, ", ",
                                          std::string(name), ": ", std::string(what), "; ",
                                          remedy_));
}

// A file that became shorter after it was opened is reported like a truncated file.
absl::Status RecordReader::ReadBytes(uint64_t offset, std::string_view name, size_t size,
                                     char* buffer) const {
  absl::Status status = file_->Read(offset, size, buffer);
  if (!absl::IsOutOfRange(status)) return status;
  return Damaged(offset, name, "the file was truncated while it was being read");
}

absl::StatusOr<uint64_t> RecordReader::Read(uint64_t offset, std::string_view name,
                                            std::string* payload) const {
  const uint64_t size = file_->size();
  if (offset == size) {
    return absl::OutOfRangeError(absl::StrCat(file_->path(), ": offset ", offset, ": end of file"));
  }
  if (offset > size) {
    return Damaged(offset, name,
                   absl::StrCat("expected a record, but the file has only ", size, " bytes"));
  }
  const uint64_t left = size - offset;
  const auto truncated = [&](uint64_t needed) {
    return Damaged(
        offset, name,
        absl::StrCat("truncated: expected ", needed, " bytes, but the file ends after ", left));
  };
  const auto corrupted = [&](const char* part, uint32_t found, uint32_t expected) {
    return Damaged(offset, name,
                   absl::StrFormat("corrupted: the checksum of its %s is %08x, expected %08x", part,
                                   found, expected));
  };
  if (left < kRecordHeaderBytes) return truncated(kRecordHeaderBytes);

  char header[kRecordHeaderBytes];
  RETURN_IF_ERROR(ReadBytes(offset, name, sizeof(header), header));
  const uint64_t length = LoadLittleEndian<uint64_t>(header);
  const uint32_t length_crc = LoadLittleEndian<uint32_t>(header + 8);
  const uint32_t expected_length_crc = Masked(Crc32c(std::string_view(header, 8)));
  if (length_crc != expected_length_crc)
    return corrupted("length", length_crc, expected_length_crc);
  if (length > kMaxRecordPayloadBytes) {
    return Damaged(offset, name,
                   absl::StrCat("expected a record of at most ", kMaxRecordPayloadBytes,
                                " bytes, found ", length));
  }
  if (left < length + kRecordFrameBytes) return truncated(length + kRecordFrameBytes);

  payload->resize(length + 4);
  RETURN_IF_ERROR(ReadBytes(offset + kRecordHeaderBytes, name, length + 4, payload->data()));
  const uint32_t payload_crc = LoadLittleEndian<uint32_t>(payload->data() + length);
  payload->resize(length);
  const uint32_t expected_crc = Masked(Crc32c(*payload));
  if (payload_crc != expected_crc) return corrupted("payload", payload_crc, expected_crc);
  return offset + length + kRecordFrameBytes;
}

}  // namespace elman
