// Writes files that RecordCursor reads: records that are bound to their file and position.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "proto/checkpoint.pb.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Small enough to stay in the processor's cache while it becomes a message and a frame and gets its
// checksum.
inline constexpr size_t kChunkBytes = size_t{1} << 20;

// `Record` is a message with file_id and number, and chunks of vocabularies and tokenizers.
template <typename Record>
class RecordSink {
 public:
  // `file` must outlive the sink.
  RecordSink(AtomicFile* file, uint64_t file_id) : writer_(file), file_id_(file_id) {}

  absl::Status Write(Record* record) {
    record->set_file_id(file_id_);
    record->set_number(records_++);
    return writer_.Write(record->SerializeAsString());
  }

  // Writes the vocabulary and the tokenizer of a field of the data set, in chunks.
  absl::Status WriteTables(size_t field, const FieldTables& tables) {
    RETURN_IF_ERROR(WriteFile(field, VocabularyChunk::VOCABULARY, tables.vocabulary_text));
    return WriteFile(field, VocabularyChunk::TOKENIZER_MODEL, tables.tokenizer_model);
  }

  uint64_t records() const { return records_; }

 private:
  absl::Status WriteFile(size_t field, VocabularyChunk::File which, std::string_view bytes) {
    for (size_t first = 0; first < bytes.size(); first += kChunkBytes) {
      Record record;
      record.mutable_vocabulary()->set_field(static_cast<uint32_t>(field));
      record.mutable_vocabulary()->set_file(which);
      record.mutable_vocabulary()->set_offset(first);
      record.mutable_vocabulary()->set_data(std::string(bytes.substr(first, kChunkBytes)));
      RETURN_IF_ERROR(Write(&record));
    }
    return absl::OkStatus();
  }

  RecordWriter writer_;
  const uint64_t file_id_;
  uint64_t records_ = 0;
};

}  // namespace elman
