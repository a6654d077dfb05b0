#include "data/shards/raw_text_reader.h"

#include "absl/strings/str_cat.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "data/shards/raw_text_writer.h"

namespace elman {
namespace {

// Maximum record: a block with the texts of the longest line after an almost full block. A parsed
// message needs several times its bytes.
constexpr uint64_t kMaxRawTextPayloadBytes = uint64_t{16} << 20;
constexpr char kCopyAgain[] = "copy the data set again";

}  // namespace

absl::StatusOr<std::unique_ptr<RawTextFile>> RawTextFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::unique_ptr<RawTextFile> opened(new RawTextFile(std::move(file)));
  RETURN_IF_ERROR(opened->ReadRecord("header", RawTextRecord::kHeader));
  opened->header_ = opened->record_.header();
  opened->file_id_ = opened->record_.file_id();
  const RawTextHeader& header = opened->header_;
  const bool known = header.content() == RawTextHeader::REFERENCE ||
                     header.content() == RawTextHeader::UNKNOWN_WORDS;
  if (header.format_version() != kRawTextFormatVersion || !known) {
    return absl::DataLossError(absl::StrCat(path, ": invalid header: { ", header.ShortDebugString(),
                                            " }; ", kCopyAgain,
                                            ", or use a newer version of Elman if one wrote it"));
  }
  opened->record_.Clear();
  return opened;
}

absl::Status RawTextFile::ReadRecord(std::string_view name, RawTextRecord::KindCase kind) {
  const RecordReader records(file_.get(), kCopyAgain);
  std::string payload;
  const absl::StatusOr<uint64_t> end = records.Read(offset_, name, &payload);
  if (absl::IsOutOfRange(end.status()))
    return records.Damaged(offset_, name, "truncated: the file ends here");
  RETURN_IF_ERROR(end.status());
  if (payload.size() > kMaxRawTextPayloadBytes || !record_.ParseFromString(payload) ||
      record_.kind_case() != kind) {
    return records.Damaged(offset_, name, "the record has an unexpected type");
  }
  if (kind == RawTextRecord::kBlock && record_.file_id() != file_id_)
    return records.Damaged(offset_, name, "the record belongs to another file");
  offset_ = *end;
  return absl::OkStatus();
}

absl::Status RawTextFile::ReadBlock() {
  const uint64_t number = record_.block().number() + 1, offset = offset_;
  const std::string name = absl::StrCat("block ", number);
  RETURN_IF_ERROR(ReadRecord(name, RawTextRecord::kBlock));
  const RawTextBlock& block = record_.block();
  uint64_t texts = 0, bytes = 0;
  bool one_each = true;
  for (const uint32_t count : block.example_texts()) {
    texts += count;
    one_each = one_each && count == 1;
  }
  for (const uint32_t size : block.text_bytes()) bytes += size;
  examples_ += static_cast<uint64_t>(block.example_texts_size());
  texts_ += texts;
  if (block.number() != number || texts != static_cast<uint64_t>(block.text_bytes_size()) ||
      bytes != block.texts().size() || block.example_texts().empty() ||
      (header_.content() == RawTextHeader::REFERENCE && !one_each) ||
      examples_ > header_.examples()) {
    return RecordReader(file_.get(), kCopyAgain)
        .Damaged(offset, name, "the block belongs to another position, or its counts are wrong");
  }
  next_example_ = next_text_ = 0;
  next_byte_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<bool> RawTextFile::Next(std::span<const std::string_view>* texts) {
  if (next_example_ == record_.block().example_texts_size()) {
    if (examples_ == header_.examples()) {
      if (offset_ == bytes() && texts_ == header_.texts()) return false;
      return RecordReader(file_.get(), kCopyAgain)
          .Damaged(
              offset_, "end",
              absl::StrCat("expected the end of the file after ", header_.texts(), " texts, found ",
                           texts_, " and ", bytes() - offset_, " more bytes"));
    }
    RETURN_IF_ERROR(ReadBlock());
  }
  const RawTextBlock& block = record_.block();
  views_.clear();
  for (uint32_t i = 0; i < block.example_texts(next_example_); ++i) {
    const uint32_t size = block.text_bytes(next_text_++);
    views_.push_back(std::string_view(block.texts()).substr(next_byte_, size));
    next_byte_ += size;
  }
  ++next_example_;
  *texts = views_;
  return true;
}

absl::StatusOr<std::unique_ptr<RawTextReader>> RawTextReader::Open(
    std::shared_ptr<const Dataset> dataset, std::string_view split,
    RawTextHeader::Content content) {
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  if (entry->raw_texts().empty()) return nullptr;
  std::unique_ptr<RawTextReader> reader(new RawTextReader(std::move(dataset), *entry, content));
  RETURN_IF_ERROR(reader->OpenNext());
  return reader;
}

// Opens the file of the next shard and checks that it is the one in the manifest.
absl::Status RawTextReader::OpenNext() {
  const int shard = next_shard_++;
  const std::string path = JoinPath(dataset_->folder(), split_.raw_texts(shard).file());
  ASSIGN_OR_RETURN(file_, RawTextFile::Open(path));
  const RawTextHeader& header = file_->header();
  if (header.content() == content_ && header.split() == split_.name() &&
      header.shard() == static_cast<uint32_t>(shard) &&
      header.shard_crc32c() == split_.shards(shard).crc32c() &&
      header.examples() == split_.shards(shard).counts(0).examples()) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      path, ": expected ", RawTextHeader::Content_Name(content_), " of the examples of ",
      split_.shards(shard).file(), ", found { ", header.ShortDebugString(),
      " }; the file belongs to another data set; copy the data set again"));
}

absl::StatusOr<std::span<const std::string_view>> RawTextReader::Read(uint64_t example) {
  std::span<const std::string_view> texts;
  for (; next_example_ <= example; ++next_example_) {
    ASSIGN_OR_RETURN(bool more, file_->Next(&texts));
    while (!more) {
      if (next_shard_ == split_.shards_size()) {
        return absl::OutOfRangeError(
            absl::StrCat("example ", example, " of a split that has ", next_example_));
      }
      RETURN_IF_ERROR(OpenNext());
      ASSIGN_OR_RETURN(more, file_->Next(&texts));
    }
  }
  return texts;
}

}  // namespace elman
