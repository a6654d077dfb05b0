#include "trainer/eval/baselines/baseline_file.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/atomic_file.h"
#include "data/io/bytes.h"
#include "data/io/checksum.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"
#include "trainer/record/checkpoint/record_cursor.h"
#include "trainer/record/checkpoint/record_sink.h"

namespace elman {
namespace {

constexpr std::string_view kRemedy = "make it again with elman-baseline";

using Cursor = RecordCursor<BaselineRecord>;

Cursor CursorOf(const RandomAccessFile* file) {
  return Cursor(file, "baseline", std::string(kRemedy));
}

// Computes the content hash incrementally, part by part.
class ContentHasher {
 public:
  explicit ContentHasher(const BaselineHeader& header) { hash_.Add(header.SerializeAsString()); }

  void Add(const FieldTables& tables) {
    hash_.Add(tables.vocabulary_text).Add(tables.tokenizer_model);
  }
  // Adds elements of the arrays; their names and sizes are in the header.
  void Add(std::span<const uint32_t> elements) { hash_.AddUnframed(AsBytes(elements)); }

  std::string Hex() const { return hash_.Hex(); }

 private:
  Fingerprint hash_;
};

// All chunks except the last have the maximum size, however `visit` divides the elements.
absl::Status WriteArray(const BaselineArraySource& array, RecordSink<BaselineRecord>* sink,
                        ContentHasher* hash) {
  BaselineRecord record;
  BaselineChunk* const chunk = record.mutable_array();
  chunk->set_name(array.name);
  uint64_t elements = 0;
  const auto flush = [&] {
    chunk->set_offset(static_cast<int64_t>(elements - chunk->data().size() / sizeof(uint32_t)));
    absl::Status status = sink->Write(&record);
    chunk->mutable_data()->clear();
    return status;
  };
  RETURN_IF_ERROR(array.visit([&](std::span<const uint32_t> part) {
    hash->Add(part);
    while (!part.empty()) {
      const size_t room = (kChunkBytes - chunk->data().size()) / sizeof(uint32_t);
      const auto now = part.first(std::min(room, part.size()));
      chunk->mutable_data()->append(AsBytes(now));
      elements += now.size();
      part = part.subspan(now.size());
      if (chunk->data().size() == kChunkBytes) RETURN_IF_ERROR(flush());
    }
    return absl::OkStatus();
  }));
  if (!chunk->data().empty()) RETURN_IF_ERROR(flush());
  if (elements == array.elements) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("array ", array.name, " has ", elements,
                                          " elements, not the ", array.elements, " announced"));
}

absl::Status ReadHeader(Cursor* cursor, BaselineHeader* header) {
  RETURN_IF_ERROR(cursor->Next());
  if (!cursor->record().has_header())
    return cursor->Error("not a baseline: its first record is not a header");
  *header = std::move(*cursor->record().mutable_header());
  if (header->format_version() == kBaselineFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      cursor->path(), ": expected baseline format ", kBaselineFormatVersion, ", found ",
      header->format_version(), "; use the version of elman that wrote it"));
}

// Appends a chunk to `array`. Its offset must be the number of elements already there.
absl::Status TakeChunk(const Cursor& cursor, uint64_t expected, BaselineArray* array) {
  const BaselineChunk& chunk = cursor.record().array();
  std::vector<uint32_t>& elements = array->elements;
  const size_t count = chunk.data().size() / sizeof(uint32_t);
  if (chunk.name() != array->name || chunk.offset() != static_cast<int64_t>(elements.size()) ||
      chunk.data().size() % sizeof(uint32_t) != 0 || count == 0 ||
      count > expected - elements.size()) {
    return cursor.Error(
        absl::StrCat("a chunk of array ", array->name, " is missing, out of order or too long"));
  }
  elements.resize(elements.size() + count);
  CopyFromBytes(chunk.data(), std::span(elements).last(count));
  return absl::OkStatus();
}

// Reads the vocabularies and the record after them.
absl::Status ReadVocabularies(Cursor* cursor, Baseline* baseline) {
  RETURN_IF_ERROR(cursor->Next());
  while (cursor->record().has_vocabulary()) {
    RETURN_IF_ERROR(TakeVocabulary(*cursor, baseline->tables));
    RETURN_IF_ERROR(cursor->Next());
  }
  return absl::OkStatus();
}

// Reads a file. Without `keep`, arrays are verified but not stored.
absl::StatusOr<Baseline> Read(const std::string& path, bool keep) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  Cursor cursor = CursorOf(file.get());
  Baseline baseline;
  RETURN_IF_ERROR(ReadHeader(&cursor, &baseline.header));
  uint64_t bytes = 0;
  for (const ArrayEntry& array : baseline.header.arrays()) {
    if (array.elements() < 0 ||
        static_cast<uint64_t>(array.elements()) > file->size() / sizeof(uint32_t) ||
        (bytes += array.elements() * sizeof(uint32_t)) > file->size()) {
      return cursor.Error(absl::StrCat("array ", array.name(), " should have ", array.elements(),
                                       " elements, more than the file can hold"));
    }
  }
  ContentHasher hash(baseline.header);
  baseline.tables.resize(baseline.header.fields_size());
  RETURN_IF_ERROR(ReadVocabularies(&cursor, &baseline));
  for (const FieldTables& tables : baseline.tables) hash.Add(tables);
  for (const ArrayEntry& entry : baseline.header.arrays()) {
    BaselineArray array{entry.name(), {}};
    uint64_t left = entry.elements();
    if (keep) array.elements.reserve(left);
    while (left > 0) {
      const size_t before = array.elements.size();
      if (!cursor.record().has_array())
        return cursor.Error(absl::StrCat("array ", entry.name(), " is incomplete"));
      RETURN_IF_ERROR(TakeChunk(cursor, entry.elements(), &array));
      hash.Add(std::span(array.elements).subspan(before));
      left -= array.elements.size() - before;
      RETURN_IF_ERROR(cursor.Next());
    }
    baseline.arrays.push_back(std::move(array));
    if (!keep) baseline.arrays.back() = {};
  }
  baseline.content_hash = hash.Hex();
  RETURN_IF_ERROR(CheckFooter(cursor, baseline.content_hash));
  return baseline;
}

}  // namespace

std::vector<uint32_t>* Baseline::Find(std::string_view name) {
  const auto found = std::ranges::find(arrays, name, &BaselineArray::name);
  return found == arrays.end() ? nullptr : &found->elements;
}

BaselineArraySource SourceOf(std::string name, std::vector<uint32_t> elements) {
  const uint64_t size = elements.size();
  return {std::move(name), size, [elements = std::move(elements)](const auto& show) {
            return show(std::span<const uint32_t>(elements));
          }};
}

absl::StatusOr<BaselineHeader> HeaderFor(const Dataset& dataset) {
  BaselineHeader header;
  ASSIGN_OR_RETURN(const SplitEntry* train, dataset.FindSplit("train"));
  header.set_task(dataset.manifest().task());
  for (const FieldEntry& entry : dataset.manifest().fields()) {
    CheckpointField* field = header.add_fields();
    field->set_name(entry.name());
    *field->mutable_tokenizer() = entry.tokenizer();
    *field->mutable_vocabulary() = entry.vocabulary();
    if (entry.has_columns()) *field->mutable_columns() = entry.columns();
  }
  header.set_examples(train->counts(0).examples());
  header.set_tokens(train->counts(0).tokens());
  return header;
}

absl::Status WriteBaseline(const Dataset& dataset, BaselineHeader header,
                           const std::vector<BaselineArraySource>& arrays,
                           const std::string& path) {
  header.set_format_version(kBaselineFormatVersion);
  header.set_elman_version(ELMAN_VERSION);
  for (const BaselineArraySource& array : arrays) {
    ArrayEntry* entry = header.add_arrays();
    entry->set_name(array.name);
    entry->set_elements(static_cast<int64_t>(array.elements));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  RecordSink<BaselineRecord> sink(file.get(),
                                  Fingerprint().Add(header.SerializeAsString()).Low64());
  ContentHasher hash(header);
  BaselineRecord first;
  *first.mutable_header() = header;
  RETURN_IF_ERROR(sink.Write(&first));
  for (int field = 0; field < header.fields_size(); ++field) {
    const FieldTables tables{dataset.vocabulary_text(field), dataset.tokenizer_model(field)};
    hash.Add(tables);
    RETURN_IF_ERROR(sink.WriteTables(field, tables));
  }
  for (const BaselineArraySource& array : arrays) RETURN_IF_ERROR(WriteArray(array, &sink, &hash));
  BaselineRecord last;
  last.mutable_footer()->set_records(sink.records());
  last.mutable_footer()->set_content_hash(hash.Hex());
  RETURN_IF_ERROR(sink.Write(&last));

  RETURN_IF_ERROR(file->Close());
  ASSIGN_OR_RETURN(const Baseline found, Read(file->temporary_path(), /*keep=*/false));
  if (found.content_hash != hash.Hex()) {
    return absl::DataLossError(
        absl::StrCat(path, ": the data read back differs from the data written; check the disk"));
  }
  return file->Rename();
}

bool IsBaseline(const std::string& path) {
  const auto file = RandomAccessFile::Open(path);
  if (!file.ok()) return false;
  Cursor cursor = CursorOf(file->get());
  return cursor.Next().ok() && cursor.record().has_header();
}

absl::StatusOr<Baseline> ReadBaseline(const std::string& path) { return Read(path, /*keep=*/true); }

}  // namespace elman
