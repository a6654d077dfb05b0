#include "data/features/feature_file.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "data/shards/manifest.h"

namespace elman {
namespace {

// Maximum record: a vector of maximum size, or a block of smaller vectors.
constexpr uint64_t kMaxPayloadBytes = uint64_t{1} << 20;
constexpr char kRemedy[] = "copy the data set again";

// Size of the framed record of a block.
uint64_t BlockRecordBytes(const FeatureEntry& features, uint64_t vectors) {
  FeatureRecord record;
  record.set_file_id(1);
  record.mutable_block()->set_number(1);
  record.mutable_block()->set_numbers(std::string(vectors * VectorBytes(features), '\0'));
  return record.ByteSizeLong() + kRecordFrameBytes;
}

}  // namespace

NumberType NumberTypeOf(FeatureEntry::Type type) {
  switch (type) {
    case FeatureEntry::FLOAT32:
      return NumberType::kFloat32;
    case FeatureEntry::FLOAT16:
      return NumberType::kFloat16;
    case FeatureEntry::BFLOAT16:
      return NumberType::kBfloat16;
    default:
      return NumberType::kOther;
  }
}

FeatureEntry::Type FeatureTypeOf(NumberType type) {
  for (const auto stored : {FeatureEntry::FLOAT32, FeatureEntry::FLOAT16, FeatureEntry::BFLOAT16}) {
    if (NumberTypeOf(stored) == type) return stored;
  }
  return FeatureEntry::TYPE_UNSPECIFIED;
}

uint64_t VectorBytes(const FeatureEntry& features) {
  return features.size() * BytesOf(NumberTypeOf(features.type()));
}

uint32_t VectorsPerBlock(const FeatureEntry& features) {
  return static_cast<uint32_t>(std::max<uint64_t>(1, kFeatureBlockBytes / VectorBytes(features)));
}

absl::StatusOr<std::unique_ptr<FeatureFile>> FeatureFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::unique_ptr<FeatureFile> opened(new FeatureFile(std::move(file)));
  RETURN_IF_ERROR(opened->ReadHeader());
  return opened;
}

absl::StatusOr<FeatureRecord> FeatureFile::ReadRecord(uint64_t offset, std::string_view name,
                                                      FeatureRecord::KindCase kind,
                                                      uint64_t* next) const {
  const RecordReader records(file_.get(), kRemedy);
  std::string payload;
  const absl::StatusOr<uint64_t> end = records.Read(offset, name, &payload);
  if (absl::IsOutOfRange(end.status()))
    return records.Damaged(offset, name, "truncated: the file ends here");
  RETURN_IF_ERROR(end.status());
  *next = *end;
  FeatureRecord record;
  if (payload.size() > kMaxPayloadBytes || !record.ParseFromString(payload) ||
      record.kind_case() != kind) {
    return records.Damaged(offset, name, "the record has an unexpected type");
  }
  return record;
}

absl::Status FeatureFile::ReadHeader() {
  ASSIGN_OR_RETURN(const FeatureRecord record,
                   ReadRecord(0, "header", FeatureRecord::kHeader, &first_block_));
  header_ = record.header();
  file_id_ = record.file_id();
  const FeatureEntry& features = header_.features();
  const bool known = NumberTypeOf(features.type()) != NumberType::kOther && features.size() >= 1 &&
                     features.size() <= kMaxFeatureSize;
  if (header_.format_version() != kFeatureFormatVersion || !known ||
      header_.block_vectors() != VectorsPerBlock(features) ||
      header_.vectors() > file_->size() / VectorBytes(features)) {
    return absl::DataLossError(absl::StrCat(path(), ": invalid header: { ",
                                            header_.ShortDebugString(), " }; ", kRemedy,
                                            ", or use a newer version of Elman if one wrote it"));
  }
  block_stride_ = BlockRecordBytes(features, header_.block_vectors());
  const uint64_t rest = header_.vectors() % header_.block_vectors();
  const uint64_t expected = first_block_ +
                            header_.vectors() / header_.block_vectors() * block_stride_ +
                            (rest > 0 ? BlockRecordBytes(features, rest) : 0);
  if (bytes() == expected) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(path(), ": expected ", expected, " bytes, found ", bytes(), "; ", kRemedy));
}

uint64_t FeatureFile::blocks() const {
  return (header_.vectors() + header_.block_vectors() - 1) / header_.block_vectors();
}

uint64_t FeatureFile::VectorsOf(uint64_t block) const {
  return std::min<uint64_t>(header_.block_vectors(),
                            header_.vectors() - block * header_.block_vectors());
}

absl::StatusOr<std::string> FeatureFile::ReadBlock(uint64_t number) const {
  const uint64_t offset = first_block_ + number * block_stride_;
  const std::string name = absl::StrCat("block ", number);
  uint64_t next = 0;
  ASSIGN_OR_RETURN(FeatureRecord record, ReadRecord(offset, name, FeatureRecord::kBlock, &next));
  if (record.file_id() != file_id_ || record.block().number() != number + 1 ||
      record.block().numbers().size() != VectorsOf(number) * VectorBytes(header_.features())) {
    return RecordReader(file_.get(), kRemedy)
        .Damaged(offset, name, "the block belongs to another position or file");
  }
  return std::move(*record.mutable_block()->mutable_numbers());
}

}  // namespace elman
