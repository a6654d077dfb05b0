#include "trainer/checkpoint/checkpoint_writer.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/checksum.h"
#include "data/io/file.h"
#include "data/io/record_io.h"
#include "data/io/status_macros.h"
#include "trainer/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

// Small enough to stay in the processor's cache on its way through message, frame and checksum.
constexpr size_t kChunkBytes = size_t{1} << 20;

class RecordSink {
 public:
  RecordSink(AtomicFile* file, uint64_t file_id) : writer_(file), file_id_(file_id) {}

  absl::Status Write(CheckpointRecord* record) {
    record->set_file_id(file_id_);
    record->set_number(records_++);
    return writer_.Write(record->SerializeAsString());
  }

  absl::Status WriteFile(size_t field, VocabularyChunk::File which, std::string_view bytes) {
    for (size_t first = 0; first < bytes.size(); first += kChunkBytes) {
      CheckpointRecord record;
      record.mutable_vocabulary()->set_field(static_cast<uint32_t>(field));
      record.mutable_vocabulary()->set_file(which);
      record.mutable_vocabulary()->set_offset(first);
      record.mutable_vocabulary()->set_data(std::string(bytes.substr(first, kChunkBytes)));
      RETURN_IF_ERROR(Write(&record));
    }
    return absl::OkStatus();
  }

  absl::Status WriteArray(const NamedArray& array) {
    constexpr size_t kChunk = kChunkBytes / sizeof(float);
    for (size_t first = 0; first < array.elements.size(); first += kChunk) {
      const size_t count = std::min(kChunk, array.elements.size() - first);
      CheckpointRecord record;
      record.mutable_array()->set_name(array.name);
      record.mutable_array()->set_offset(static_cast<int64_t>(first));
      record.mutable_array()->set_data(reinterpret_cast<const char*>(array.elements.data() + first),
                                       count * sizeof(float));
      RETURN_IF_ERROR(Write(&record));
    }
    return absl::OkStatus();
  }

  uint64_t records() const { return records_; }

 private:
  RecordWriter writer_;
  const uint64_t file_id_;
  uint64_t records_ = 0;
};

void CompleteHeader(Checkpoint* checkpoint) {
  CheckpointHeader& header = checkpoint->header;
  header.set_format_version(kCheckpointFormatVersion);
  header.clear_arrays();
  for (const NamedArray& array : checkpoint->arrays) {
    ArrayEntry* entry = header.add_arrays();
    entry->set_name(array.name);
    entry->set_elements(static_cast<int64_t>(array.elements.size()));
  }
  header.mutable_provenance()->set_created(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
}

}  // namespace

absl::StatusOr<std::string> WriteCheckpoint(Checkpoint* checkpoint, const std::string& path) {
  CompleteHeader(checkpoint);
  const std::string content_hash = ContentHash(*checkpoint);

  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  // The time of writing is part of the file's id: records of two checkpoints never mix, not even of
  // equal content.
  RecordSink sink(
      file.get(),
      Fingerprint().Add(content_hash).Add(checkpoint->header.SerializeAsString()).Low64());
  CheckpointRecord header;
  *header.mutable_header() = checkpoint->header;
  RETURN_IF_ERROR(sink.Write(&header));
  for (size_t field = 0; field < checkpoint->tables.size(); ++field) {
    const FieldTables& tables = checkpoint->tables[field];
    RETURN_IF_ERROR(sink.WriteFile(field, VocabularyChunk::VOCABULARY, tables.vocabulary_text));
    RETURN_IF_ERROR(
        sink.WriteFile(field, VocabularyChunk::TOKENIZER_MODEL, tables.tokenizer_model));
  }
  for (const NamedArray& array : checkpoint->arrays) RETURN_IF_ERROR(sink.WriteArray(array));
  CheckpointRecord footer;
  footer.mutable_footer()->set_records(sink.records());
  footer.mutable_footer()->set_content_hash(content_hash);
  RETURN_IF_ERROR(sink.Write(&footer));

  RETURN_IF_ERROR(file->Close());
  RETURN_IF_ERROR(VerifyCheckpoint(file->temporary_path(), *checkpoint, content_hash));
  RETURN_IF_ERROR(file->Rename());
  return content_hash;
}

}  // namespace elman
