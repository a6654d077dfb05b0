#include "trainer/checkpoint/checkpoint_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "data/io/file.h"
#include "data/io/record_io.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Walks the records of a file in order and knows where it is for the message when one does not fit.
class RecordCursor {
 public:
  explicit RecordCursor(const RandomAccessFile* file) : file_(file), reader_(file) {}

  absl::Status Next() {
    if (offset_ > 0) ++number_;
    record_offset_ = offset_;
    absl::StatusOr<uint64_t> next = reader_.Read(offset_, &payload_);
    if (absl::IsOutOfRange(next.status()))
      return Error("the file ends here, before its footer: it is truncated");
    RETURN_IF_ERROR(next.status());
    offset_ = *next;
    if (!record_.ParseFromString(payload_)) return Error("not a checkpoint record");
    if (record_offset_ == 0) file_id_ = record_.file_id();
    if (record_.file_id() != file_id_) return Error("this record belongs to another file");
    if (record_.number() != number_)
      return Error(absl::StrCat("this is record ", record_.number(), " of its file"));
    return absl::OkStatus();
  }

  const CheckpointRecord& record() const { return record_; }
  CheckpointRecord& record() { return record_; }
  uint64_t number() const { return number_; }
  bool at_end() const { return offset_ == file_->size(); }

  absl::Status Error(absl::string_view what) const {
    return absl::DataLossError(
        absl::StrCat(file_->path(), ": offset ", record_offset_, ", record ", number_, ": ", what,
                     "; use an older checkpoint (--resume=FILE, --checkpoint=FILE)"));
  }

 private:
  const RandomAccessFile* const file_;
  const RecordReader reader_;
  std::string payload_;
  CheckpointRecord record_;
  uint64_t offset_ = 0;
  uint64_t record_offset_ = 0;
  uint64_t number_ = 0;  // of the record in hand
  uint64_t file_id_ = 0;
};

absl::Status ReadHeader(RecordCursor* cursor, CheckpointHeader* header) {
  RETURN_IF_ERROR(cursor->Next());
  if (!cursor->record().has_header())
    return cursor->Error("not a checkpoint: its first record is no header");
  *header = std::move(*cursor->record().mutable_header());
  if (header->format_version() != kCheckpointFormatVersion) {
    return cursor->Error(absl::StrCat("format version ", header->format_version(),
                                      "; this program reads version ", kCheckpointFormatVersion));
  }
  return absl::OkStatus();
}

// Appends one chunk where it says it belongs: right behind what is there already.
absl::Status TakeVocabulary(const RecordCursor& cursor, Checkpoint* checkpoint) {
  const VocabularyChunk& chunk = cursor.record().vocabulary();
  std::string& text = chunk.file() == VocabularyChunk::VOCABULARY ? checkpoint->vocabulary_text
                                                                  : checkpoint->tokenizer_model;
  if (chunk.offset() != text.size())
    return cursor.Error("a chunk of the vocabulary is missing or out of order");
  text += chunk.data();
  return absl::OkStatus();
}

absl::Status TakeArray(const RecordCursor& cursor, Checkpoint* checkpoint, size_t* current) {
  const ArrayChunk& chunk = cursor.record().array();
  auto& arrays = checkpoint->arrays;
  const auto expected = [&](size_t i) {
    return static_cast<size_t>(checkpoint->header.arrays(i).elements());
  };
  while (*current < arrays.size() && arrays[*current].elements.size() == expected(*current))
    ++*current;
  if (*current == arrays.size() || arrays[*current].name != chunk.name()) {
    return cursor.Error(absl::StrCat("a chunk of array ", chunk.name(), " where none is due"));
  }
  std::vector<float>& elements = arrays[*current].elements;
  const size_t count = chunk.data().size() / sizeof(float);
  if (chunk.offset() != static_cast<int64_t>(elements.size()) ||
      chunk.data().size() % sizeof(float) != 0 || count > expected(*current) - elements.size()) {
    return cursor.Error(
        absl::StrCat("a chunk of array ", chunk.name(), " is missing, out of order or too long"));
  }
  elements.resize(elements.size() + count);
  std::memcpy(elements.data() + elements.size() - count, chunk.data().data(), chunk.data().size());
  return absl::OkStatus();
}

absl::Status CheckComplete(const RecordCursor& cursor, const Checkpoint& checkpoint) {
  for (int i = 0; i < checkpoint.header.arrays_size(); ++i) {
    if (static_cast<int64_t>(checkpoint.arrays[i].elements.size()) !=
        checkpoint.header.arrays(i).elements()) {
      return cursor.Error(absl::StrCat("array ", checkpoint.arrays[i].name, " is incomplete"));
    }
  }
  const CheckpointFooter& footer = cursor.record().footer();
  if (footer.records() != cursor.number()) {
    return cursor.Error(absl::StrCat("the footer counts ", footer.records(),
                                     " records before it, there are ", cursor.number()));
  }
  if (const std::string hash = ContentHash(checkpoint); hash != footer.content_hash()) {
    return cursor.Error(
        absl::StrCat("the content hash is ", hash, ", the footer says ", footer.content_hash()));
  }
  if (!cursor.at_end()) return cursor.Error("bytes follow the footer");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckpointHeader> ReadCheckpointHeader(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  RecordCursor cursor(file.get());
  CheckpointHeader header;
  RETURN_IF_ERROR(ReadHeader(&cursor, &header));
  return header;
}

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  RecordCursor cursor(file.get());
  Checkpoint checkpoint;
  RETURN_IF_ERROR(ReadHeader(&cursor, &checkpoint.header));
  uint64_t bytes = 0;
  for (const ArrayEntry& array : checkpoint.header.arrays()) {
    if (array.elements() < 0 ||
        static_cast<uint64_t>(array.elements()) > file->size() / sizeof(float) ||
        (bytes += array.elements() * sizeof(float)) > file->size()) {
      return cursor.Error(absl::StrCat("array ", array.name(), " is said to have ",
                                       array.elements(), " elements, more than the file can hold"));
    }
    checkpoint.arrays.push_back({array.name(), {}});
    checkpoint.arrays.back().elements.reserve(array.elements());
  }
  size_t current_array = 0;
  while (true) {
    RETURN_IF_ERROR(cursor.Next());
    switch (cursor.record().kind_case()) {
      case CheckpointRecord::kVocabulary:
        RETURN_IF_ERROR(TakeVocabulary(cursor, &checkpoint));
        break;
      case CheckpointRecord::kArray:
        RETURN_IF_ERROR(TakeArray(cursor, &checkpoint, &current_array));
        break;
      case CheckpointRecord::kFooter:
        RETURN_IF_ERROR(CheckComplete(cursor, checkpoint));
        return checkpoint;
      default:
        return cursor.Error("a record of an unknown kind");
    }
  }
}

}  // namespace elman
