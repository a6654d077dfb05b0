#include "data/records/record_io.h"

#include <cstring>

#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class RecordFile {
 public:
  explicit RecordFile(const std::string& bytes) : path_(scratch_.Write("file", bytes)) {
    file_ = *RandomAccessFile::Open(path_);
  }
  absl::StatusOr<uint64_t> Read(uint64_t offset) {
    return RecordReader(file_.get()).Read(offset, &payload_);
  }
  const std::string& payload() const { return payload_; }

 private:
  Scratch scratch_;
  std::string path_;
  std::unique_ptr<RandomAccessFile> file_;
  std::string payload_;
};

// A record header with any length and a correct checksum.
std::string WithForgedLength(uint64_t length) {
  // A framed record of eight bytes has this checksum.
  std::string field(8, '\0');
  for (int i = 0; i < 8; ++i) field[i] = static_cast<char>(length >> (8 * i));
  return field + FrameRecord(field).substr(8 + 4 + 8);
}

// The bytes that TensorFlow writes for the record "abc".
TEST(RecordIo, WritesTheBytesOfATFRecord) {
  const std::string frame = FrameRecord("abc");
  ASSERT_EQ(frame.size(), 3 + kRecordFrameBytes);
  EXPECT_EQ(frame.substr(0, 8), std::string("\x03\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(frame.substr(12, 3), "abc");
  // masked(crc32c("abc")) = rotr(0x364b3fb7, 15) + 0xa282ead8
  const uint32_t crc = 0x364b3fb7;
  const uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
  uint32_t found = 0;
  std::memcpy(&found, frame.data() + 15, 4);
  EXPECT_EQ(found, masked);
}

TEST(RecordIo, ReadsBackWhatItWrote) {
  Scratch scratch;
  const std::string payloads[] = {"first", "", std::string(100000, 'x')};
  auto file = *AtomicFile::Create(scratch.Path("file"));
  RecordWriter writer(file.get());
  for (const std::string& payload : payloads) ASSERT_THAT(writer.Write(payload), IsOk());
  ASSERT_THAT(file->Publish(), IsOk());

  RecordFile read(scratch.Read("file"));
  uint64_t offset = 0;
  for (const std::string& payload : payloads) {
    const absl::StatusOr<uint64_t> next = read.Read(offset);
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(read.payload(), payload);
    offset = *next;
  }
  EXPECT_THAT(read.Read(offset), FailsWith(absl::StatusCode::kOutOfRange, "end of file"));
  EXPECT_THAT(read.Read(offset + 1), FailsWith(kDataLoss, "offset"));
}

TEST(RecordIo, RefusesEveryFlippedBit) {
  const std::string frame = FrameRecord("a payload");
  for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string flipped = frame;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_THAT(RecordFile(flipped).Read(0), FailsWith(kDataLoss, "corrupted")) << bit;
  }
}

TEST(RecordIo, DistinguishesTruncationFromCorruption) {
  const std::string frame = FrameRecord("a payload");
  for (size_t size = 1; size < frame.size(); ++size) {
    EXPECT_THAT(RecordFile(frame.substr(0, size)).Read(0), FailsWith(kDataLoss, "truncated"))
        << size;
  }
}

TEST(RecordIo, ChecksALengthBeforeItUsesIt) {
  for (const uint64_t length :
       {uint64_t{1} << 30, uint64_t{1} << 62, ~uint64_t{0}, ~uint64_t{0} - 16}) {
    EXPECT_THAT(RecordFile(WithForgedLength(length)).Read(0), FailsWith(kDataLoss, "at most"));
  }
  EXPECT_THAT(RecordFile(WithForgedLength(1000)).Read(0), FailsWith(kDataLoss, "truncated"));
}

TEST(RecordIo, NamesTheRecordAndTheRemedy) {
  Scratch scratch;
  const std::string path = scratch.Write("file", FrameRecord("abc") + FrameRecord("abc").substr(1));
  const auto file = *RandomAccessFile::Open(path);
  const RecordReader reader(file.get(), "ask for help");
  std::string payload;
  EXPECT_THAT(reader.Read(19, "page 7", &payload),
              FailsWith(kDataLoss, path + ": offset 19, page 7: corrupted: "));
  EXPECT_THAT(reader.Read(19, "page 7", &payload), FailsWith(kDataLoss, "; ask for help"));
  EXPECT_THAT(reader.Damaged(3, "page 1", "odd"),
              FailsWith(kDataLoss, path + ": offset 3, page 1: odd; ask for help"));
}

TEST(RecordIo, WritesNothingAboveTheLimit) {
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("file"));
  RecordWriter writer(file.get());
  EXPECT_THAT(writer.Write(std::string(kMaxRecordPayloadBytes + 1, 'x')),
              FailsWith(absl::StatusCode::kInvalidArgument, "above the limit"));
  EXPECT_EQ(writer.offset(), 0u);
}

}  // namespace
}  // namespace elman
