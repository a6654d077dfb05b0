// The TFRecord framing: every record is
//
//   u64 payload length | u32 masked CRC32C of these 8 bytes | payload | u32 masked CRC32C of the
//   payload
//
// little-endian; masked(crc) = rotate_right(crc, 15) + 0xa282ead8. Any TFRecord reader opens these
// files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"
#include "data/io/random_access_file.h"

namespace elman {

inline constexpr uint64_t kRecordHeaderBytes = 12;
inline constexpr uint64_t kRecordFrameBytes = 16;  // header and trailing checksum
inline constexpr uint64_t kMaxRecordPayloadBytes = 64u
                                                   << 20;  // a serialized message is never larger

// The bytes of one framed record.
std::string FrameRecord(std::string_view payload);

// Frames a payload in its place: `frame` has kRecordHeaderBytes bytes of anything, and the payload
// behind them.
void CloseFrame(std::string* frame);

// Appends framed records to `file`, which must outlive the writer.
class RecordWriter {
 public:
  explicit RecordWriter(AtomicFile* file) : file_(file) {}
  // InvalidArgument for a payload above the limit.
  absl::Status Write(std::string_view payload);
  uint64_t offset() const { return file_->size(); }  // where the next record will begin

 private:
  AtomicFile* const file_;
};

// Reads framed records from `file`, which must outlive the reader. Errors are DataLoss and name the
// file, the offset, the record, what was expected and found, and what to do: a truncated record is
// told from a corrupted one.
class RecordReader {
 public:
  // `remedy` is what to do about a damaged file.
  explicit RecordReader(const RandomAccessFile* file,
                        std::string_view remedy = "copy or write the file again")
      : file_(file), remedy_(remedy) {}

  // Reads the record at `offset` into `payload` and returns the offset of the next one. The end of
  // the file at `offset` itself is OutOfRange: the caller decides whether a file may end there.
  // Lengths are bounded by the file's size and kMaxRecordPayloadBytes before anything is allocated.
  // `name` is what messages call the record: "block 3".
  absl::StatusOr<uint64_t> Read(uint64_t offset, std::string_view name, std::string* payload) const;
  absl::StatusOr<uint64_t> Read(uint64_t offset, std::string* payload) const {
    return Read(offset, "record", payload);
  }

  // "PATH: offset OFFSET, NAME: WHAT; REMEDY"
  absl::Status Damaged(uint64_t offset, std::string_view name, std::string_view what) const;

  const RandomAccessFile& file() const { return *file_; }

 private:
  absl::Status ReadBytes(uint64_t offset, std::string_view name, size_t size, char* buffer) const;

  const RandomAccessFile* const file_;
  const std::string remedy_;
};

}  // namespace elman
