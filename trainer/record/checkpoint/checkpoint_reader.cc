#include "trainer/record/checkpoint/checkpoint_reader.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/format/shell_word.h"
#include "data/io/bytes.h"
#include "data/io/paths.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"
#include "trainer/record/checkpoint/known_file.h"
#include "trainer/record/checkpoint/record_cursor.h"

namespace elman {
namespace {

using Cursor = RecordCursor<CheckpointRecord>;

Cursor CursorOf(const RandomAccessFile* file) {
  return Cursor(file, "checkpoint", CheckpointRemedy(file->path()));
}

// Checks that every parameter lies inside the array of values, because the values are found by this
// table.
absl::Status CheckParameters(const Cursor& cursor, const CheckpointHeader& header) {
  const auto values = std::ranges::find(header.arrays(), kValuesArray, &ArrayEntry::name);
  const int64_t elements = values == header.arrays().end() ? 0 : values->elements();
  for (const ParameterEntry& parameter : header.parameters()) {
    const bool is_matrix =
        parameter.shape_size() == 2 && parameter.shape(0) > 0 && parameter.shape(1) > 0;
    if (!is_matrix || parameter.offset() < 0 || parameter.offset() > elements ||
        parameter.shape(0) > (elements - parameter.offset()) / parameter.shape(1)) {
      return cursor.Error(absl::StrCat("parameter ", parameter.name(), " at element ",
                                       parameter.offset(), " of shape ",
                                       absl::StrJoin(parameter.shape(), " x "),
                                       " is no part of an array of ", elements, " values"));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadHeader(Cursor* cursor, CheckpointHeader* header) {
  const absl::Status status = cursor->Next();
  if (absl::IsDataLoss(status)) return NoCheckpoint(cursor->path(), status);
  RETURN_IF_ERROR(status);
  if (!cursor->record().has_header()) {
    return NoCheckpoint(cursor->path(),
                        cursor->Error("not a checkpoint: its first record is not a header"));
  }
  *header = std::move(*cursor->record().mutable_header());
  if (header->format_version() != kCheckpointFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        cursor->path(), ": expected checkpoint format ", kCheckpointFormatVersion, ", found ",
        header->format_version(), "; use the version of elman that wrote it"));
  }
  return CheckParameters(*cursor, *header);
}

absl::Status TakeArray(const Cursor& cursor, Checkpoint* checkpoint, size_t* current) {
  const ArrayChunk& chunk = cursor.record().array();
  auto& arrays = checkpoint->arrays;
  const auto expected = [&](size_t i) {
    return static_cast<size_t>(checkpoint->header.arrays(i).elements());
  };
  while (*current < arrays.size() && arrays[*current].elements.size() == expected(*current))
    ++*current;
  if (*current == arrays.size() || arrays[*current].name != chunk.name()) {
    return cursor.Error(absl::StrCat("a chunk of array ", chunk.name(), " where none is expected"));
  }
  std::vector<float>& elements = arrays[*current].elements;
  const size_t count = chunk.data().size() / sizeof(float);
  if (chunk.offset() != static_cast<int64_t>(elements.size()) ||
      chunk.data().size() % sizeof(float) != 0 || count == 0 ||
      count > expected(*current) - elements.size()) {
    return cursor.Error(
        absl::StrCat("a chunk of array ", chunk.name(), " is missing, out of order or too long"));
  }
  elements.resize(elements.size() + count);
  CopyFromBytes(chunk.data(), std::span(elements).last(count));
  return absl::OkStatus();
}

absl::Status CheckComplete(const Cursor& cursor, const Checkpoint& checkpoint) {
  for (int i = 0; i < checkpoint.header.arrays_size(); ++i) {
    if (static_cast<int64_t>(checkpoint.arrays[i].elements.size()) !=
        checkpoint.header.arrays(i).elements()) {
      return cursor.Error(absl::StrCat("array ", checkpoint.arrays[i].name, " is incomplete"));
    }
  }
  return CheckFooter(cursor, ContentHash(checkpoint));
}

// Reads records until their chunks, which `chunk_of` finds in a record, have covered `bytes` bytes.
template <typename ChunkOf>
absl::Status Compare(Cursor* cursor, std::string_view bytes, const ChunkOf& chunk_of) {
  while (!bytes.empty()) {
    RETURN_IF_ERROR(cursor->Next());
    const std::string_view chunk = chunk_of(cursor->record());
    if (chunk.empty() || !bytes.starts_with(chunk))
      return cursor->Error("the data read back differs from the data written");
    bytes.remove_prefix(chunk.size());
  }
  return absl::OkStatus();
}

}  // namespace

std::string CheckpointRemedy(const std::string& path) {
  const std::string folder = FolderOf(path), run = FolderOf(folder);
  std::string another = "use another checkpoint (--resume=FILE, --checkpoint=FILE)";
  if (JoinPath(run, "checkpoints") != folder && folder != "checkpoints") return another;
  return absl::StrCat("'elman-inspect ", ShellWord(run),
                      " --repair' returns to the newest intact one, or ", another);
}

absl::StatusOr<CheckpointHeader> ReadCheckpointHeader(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  Cursor cursor = CursorOf(file.get());
  CheckpointHeader header;
  RETURN_IF_ERROR(ReadHeader(&cursor, &header));
  return header;
}

absl::Status VerifyCheckpoint(const std::string& path, const Checkpoint& written,
                              const std::string& content_hash) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  Cursor cursor = CursorOf(file.get());
  CheckpointHeader header;
  RETURN_IF_ERROR(ReadHeader(&cursor, &header));
  if (header.SerializeAsString() != written.header.SerializeAsString())
    return cursor.Error("the header read back is not the one that was written");
  for (size_t field = 0; field < written.tables.size(); ++field) {
    const FieldTables& tables = written.tables[field];
    for (const auto& [which, text] :
         {std::pair(VocabularyChunk::VOCABULARY, &tables.vocabulary_text),
          std::pair(VocabularyChunk::TOKENIZER_MODEL, &tables.tokenizer_model)}) {
      const auto chunk = [field, which = which](const CheckpointRecord& record) {
        const VocabularyChunk& found = record.vocabulary();
        return found.field() == field && found.file() == which ? std::string_view(found.data())
                                                               : std::string_view();
      };
      RETURN_IF_ERROR(Compare(&cursor, *text, chunk));
    }
  }
  for (const NamedArray& array : written.arrays) {
    const auto chunk = [&](const CheckpointRecord& record) {
      return record.array().name() == array.name ? std::string_view(record.array().data())
                                                 : std::string_view();
    };
    RETURN_IF_ERROR(Compare(&cursor, AsBytes(array.elements), chunk));
  }
  RETURN_IF_ERROR(cursor.Next());
  if (!cursor.record().has_footer()) return cursor.Error("the footer is missing");
  return CheckFooter(cursor, content_hash);
}

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  Cursor cursor = CursorOf(file.get());
  Checkpoint checkpoint;
  RETURN_IF_ERROR(ReadHeader(&cursor, &checkpoint.header));
  checkpoint.tables.resize(checkpoint.header.fields_size());
  uint64_t bytes = 0;
  for (const ArrayEntry& array : checkpoint.header.arrays()) {
    if (array.elements() < 0 ||
        static_cast<uint64_t>(array.elements()) > file->size() / sizeof(float) ||
        (bytes += array.elements() * sizeof(float)) > file->size()) {
      return cursor.Error(absl::StrCat("array ", array.name(), " should have ", array.elements(),
                                       " elements, more than the file can hold"));
    }
    checkpoint.arrays.push_back({array.name(), {}});
    checkpoint.arrays.back().elements.reserve(array.elements());
  }
  size_t current_array = 0;
  while (true) {
    RETURN_IF_ERROR(cursor.Next());
    switch (cursor.record().kind_case()) {
      case CheckpointRecord::kVocabulary:
        RETURN_IF_ERROR(TakeVocabulary(cursor, checkpoint.tables));
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
