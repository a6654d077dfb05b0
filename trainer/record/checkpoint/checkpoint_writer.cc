#include "trainer/record/checkpoint/checkpoint_writer.h"

#include <algorithm>
#include <span>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/atomic_file.h"
#include "data/io/bytes.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/record_sink.h"

namespace elman {
namespace {

absl::Status WriteArray(const NamedArray& array, RecordSink<CheckpointRecord>* sink) {
  constexpr size_t kChunk = kChunkBytes / sizeof(float);
  for (size_t first = 0; first < array.elements.size(); first += kChunk) {
    const std::span<const float> rest = std::span(array.elements).subspan(first);
    CheckpointRecord record;
    record.mutable_array()->set_name(array.name);
    record.mutable_array()->set_offset(static_cast<int64_t>(first));
    record.mutable_array()->mutable_data()->assign(
        AsBytes(rest.first(std::min(kChunk, rest.size()))));
    RETURN_IF_ERROR(sink->Write(&record));
  }
  return absl::OkStatus();
}

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
  std::string content_hash = ContentHash(*checkpoint);

  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  // The time of writing is part of the file id, so that records of two checkpoints cannot be mixed
  // up, even if their contents are equal.
  RecordSink<CheckpointRecord> sink(
      file.get(),
      Fingerprint().Add(content_hash).Add(checkpoint->header.SerializeAsString()).Low64());
  CheckpointRecord header;
  *header.mutable_header() = checkpoint->header;
  RETURN_IF_ERROR(sink.Write(&header));
  for (size_t field = 0; field < checkpoint->tables.size(); ++field)
    RETURN_IF_ERROR(sink.WriteTables(field, checkpoint->tables[field]));
  for (const NamedArray& array : checkpoint->arrays) RETURN_IF_ERROR(WriteArray(array, &sink));
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
