// Reads the records of a checkpoint or model file in order, and checks that each belongs to the
// file and to its position.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Limits of message sizes, because a parsed message takes many times its size in memory. A header
// has a few numbers for each part; any other record is at most one chunk.
inline constexpr uint64_t kMaxHeaderBytes = uint64_t{4} << 20;
inline constexpr uint64_t kMaxChunkBytes = uint64_t{17} << 20;

// `Record` is a message with file_id and number. Error messages state the offset and number of the
// record.
template <typename Record>
class RecordCursor {
 public:
  // `file` must outlive the cursor. Error messages use `kind` as the name of such a file and
  // `remedy` for a damaged one.
  RecordCursor(const RandomAccessFile* file, std::string kind, const std::string& remedy)
      : file_(file), kind_(std::move(kind)), reader_(file, remedy) {}

  // Moves to the next record, which must exist.
  absl::Status Next() {
    if (offset_ > 0) ++number_;
    record_offset_ = offset_;
    absl::StatusOr<uint64_t> next = reader_.Read(offset_, name(), &payload_);
    if (absl::IsOutOfRange(next.status()))
      return Error("the file ends here, before its footer: it is truncated");
    RETURN_IF_ERROR(next.status());
    offset_ = *next;
    if (const uint64_t most = number_ == 0 ? kMaxHeaderBytes : kMaxChunkBytes;
        payload_.size() > most) {
      return Error(
          absl::StrCat("expected at most ", most, " bytes of it, found ", payload_.size()));
    }
    if (!record_.ParseFromString(payload_)) return Error("not a " + kind_ + " record");
    if (record_offset_ == 0) file_id_ = record_.file_id();
    if (record_.file_id() != file_id_) return Error("this record belongs to another file");
    if (record_.number() != number_)
      return Error(absl::StrCat("this is record ", record_.number(), " of its file"));
    return absl::OkStatus();
  }

  const std::string& path() const { return file_->path(); }
  const Record& record() const { return record_; }
  Record& record() { return record_; }
  uint64_t number() const { return number_; }
  bool at_end() const { return offset_ == file_->size(); }

  absl::Status Error(const std::string& what) const {
    return reader_.Damaged(record_offset_, name(), what);
  }

 private:
  std::string name() const { return absl::StrCat("record ", number_); }

  const RandomAccessFile* const file_;
  const std::string kind_;
  const RecordReader reader_;
  std::string payload_;
  Record record_;
  uint64_t offset_ = 0;
  uint64_t record_offset_ = 0;
  uint64_t number_ = 0;  // of the current record
  uint64_t file_id_ = 0;
};

// Checks that the current record is the footer, ends the file, and has this hash of the contents.
template <typename Record>
absl::Status CheckFooter(const RecordCursor<Record>& cursor, const std::string& content_hash) {
  if (!cursor.record().has_footer()) return cursor.Error("the footer is missing");
  const auto& footer = cursor.record().footer();
  if (footer.records() != cursor.number()) {
    return cursor.Error(absl::StrCat("the footer counts ", footer.records(),
                                     " records before it, there are ", cursor.number()));
  }
  if (footer.content_hash() != content_hash) {
    return cursor.Error(absl::StrCat("the content hash is ", content_hash, ", the footer says ",
                                     footer.content_hash()));
  }
  return cursor.at_end() ? absl::OkStatus() : cursor.Error("bytes follow the footer");
}

// Appends the current record's chunk of a vocabulary or tokenizer. Checks that the chunk directly
// follows the data read so far for its field.
template <typename Record>
absl::Status TakeVocabulary(const RecordCursor<Record>& cursor, std::span<FieldTables> fields) {
  const VocabularyChunk& chunk = cursor.record().vocabulary();
  if (!VocabularyChunk::File_IsValid(chunk.file()))
    return cursor.Error(absl::StrCat("a chunk of a file of unknown kind ", chunk.file()));
  if (chunk.field() >= fields.size())
    return cursor.Error(absl::StrCat("a chunk of field ", chunk.field(), ", which does not exist"));
  FieldTables& tables = fields[chunk.field()];
  std::string& text =
      chunk.file() == VocabularyChunk::VOCABULARY ? tables.vocabulary_text : tables.tokenizer_model;
  if (chunk.offset() != text.size())
    return cursor.Error("a chunk of the vocabulary is missing or out of order");
  text += chunk.data();
  return absl::OkStatus();
}

}  // namespace elman
