// Reads and writes records in the TFRecord format. Every record is
//
//   u64 payload length
//   u32 masked CRC32C of these 8 bytes
//   payload
//   u32 masked CRC32C of the payload
//
// in little-endian order; masked(crc) = rotate_right(crc, 15) + 0xa282ead8. Every TFRecord reader
// can open these files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"
#include "data/io/random_access_file.h"

namespace elman {

// Sizes of the parts of a record, and the maximum size of a payload.
inline constexpr uint64_t kRecordHeaderBytes = 12;
inline constexpr uint64_t kRecordFrameBytes = 16;              // header and trailing checksum
inline constexpr uint64_t kMaxRecordPayloadBytes = 64u << 20;  // serialized messages are smaller

// The bytes of one framed record.
std::string FrameRecord(std::string_view payload);

// Completes a record in place. `frame` has kRecordHeaderBytes arbitrary bytes, followed by the
// payload.
void CloseFrame(std::string* frame);

// Appends framed records to `file`, which must outlive the writer.
class RecordWriter {
 public:
  explicit RecordWriter(AtomicFile* file) : file_(file) {}
  // InvalidArgument if the payload is larger than the limit.
  absl::Status Write(std::string_view payload);
  uint64_t offset() const { return file_->size(); }  // offset of the next record

 private:
  AtomicFile* const file_;
};

// Reads framed records from `file`, which must outlive the reader. Errors are DataLoss. They name
// the file, offset and record, the expected and found values and a remedy, and distinguish
// truncated from corrupted records.
class RecordReader {
 public:
  // `remedy` is the remedy for a damaged file.
  explicit RecordReader(const RandomAccessFile* file,
                        std::string_view remedy = "copy or write the file again")
      : file_(file), remedy_(remedy) {}

  // Reads the record at `offset` into `payload` and returns the offset of the next one. OutOfRange
  // if the file ends exactly at `offset`; the caller decides whether it may end there. Lengths are
  // checked against the size of the file and kMaxRecordPayloadBytes before memory is allocated.
  // `name` is used in messages: "block 3".
  absl::StatusOr<uint64_t> Read(uint64_t offset, std::string_view name, std::string* payload) const;
  absl::StatusOr<uint64_t> Read(uint64_t offset, std::string* payload) const {
    return Read(offset, "record", payload);
  }

  // The error "PATH: offset OFFSET, NAME: WHAT; REMEDY".
  absl::Status Damaged(uint64_t offset, std::string_view name, std::string_view what) const;

  const RandomAccessFile& file() const { return *file_; }

 private:
  absl::Status ReadBytes(uint64_t offset, std::string_view name, size_t size, char* buffer) const;

  const RandomAccessFile* const file_;
  const std::string remedy_;
};

}  // namespace elman
