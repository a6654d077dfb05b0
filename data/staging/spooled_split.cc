#include "data/staging/spooled_split.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/shards/raw_text_writer.h"
#include "data/shards/shard_reader.h"
#include "data/shards/verify.h"
#include "data/text/task_fields.h"

namespace elman {

absl::StatusOr<SpooledSplit> OpenSpooledSplit(const std::vector<std::string>& spool_paths,
                                              std::vector<SpooledChunk> chunks) {
  SpooledSplit split;
  for (const std::string& path : spool_paths) {
    ASSIGN_OR_RETURN(split.spools.emplace_back(), SpoolReader::Open(path));
  }
  std::ranges::sort(chunks, {}, &SpooledChunk::chunk);
  uint64_t lines = 0;
  for (size_t i = 0; i < chunks.size(); ++i) {
    if (chunks[i].chunk != i) {
      return absl::FailedPreconditionError(
          absl::StrCat("chunk ", i, " of the corpus is missing or was found twice; all ranks must ",
                       "see the same files"));
    }
    split.first_lines.push_back(lines + 1);
    lines += chunks[i].ended_lines;
    split.begins.push_back(split.ids);
    split.ids += chunks[i].ids;
  }
  split.chunks = std::move(chunks);
  return split;
}

namespace {

using TextsVisitor = std::function<absl::Status(std::span<const std::string_view> texts)>;

// Visits the examples of [begin, end) in order, like VisitExamples, with their fields or raw texts.
absl::Status VisitSpooled(const SpooledSplit& split, uint64_t begin, uint64_t end,
                          const ExampleVisitor* visit_fields, const TextsVisitor* visit_texts) {
  // The last chunk that begins at or before `begin`, or the first chunk.
  auto chunk = std::ranges::upper_bound(split.begins, begin);
  if (chunk != split.begins.begin()) --chunk;
  std::string buffer;
  SpooledExamples examples;
  std::vector<FieldIds> fields;
  std::vector<std::string_view> texts;
  for (size_t c = chunk - split.begins.begin(); c < split.chunks.size(); ++c) {
    uint64_t position = split.begins[c];
    if (position >= end) break;
    RETURN_IF_ERROR(split.spools[split.chunks[c].spool]
                        ->Read(split.chunks[c].offset, &buffer, &examples)
                        .status());
    if (split.complete) RETURN_IF_ERROR(split.complete(&examples));
    std::vector<size_t> begins(examples.fields.size(), 0);
    size_t next_text = 0, next_byte = 0;
    fields.resize(examples.fields.size());
    for (size_t i = 0; !fields.empty() && i < examples.fields[0].lengths.size(); ++i) {
      uint64_t ids = 0;
      for (size_t f = 0; f < fields.size(); ++f) {
        const SpooledExamples::Field& field = examples.fields[f];
        fields[f] = {std::span(field.ids).subspan(begins[f], field.lengths[i]), 0, field.words[i],
                     field.bytes[i]};
        begins[f] += field.lengths[i];
        ids += field.lengths[i];
      }
      texts.clear();
      const uint32_t kept = examples.texts.examples.empty() ? 0 : examples.texts.examples[i];
      for (uint32_t text = 0; text < kept; ++text) {
        const uint32_t size = examples.texts.sizes[next_text++];
        texts.push_back(std::string_view(examples.texts.bytes).substr(next_byte, size));
        next_byte += size;
      }
      const uint64_t line = examples.lines.empty() ? 0 : split.first_lines[c] + examples.lines[i];
      const bool visited = position >= begin && position < end;
      if (visited && visit_fields != nullptr) RETURN_IF_ERROR((*visit_fields)(fields, line));
      if (visited && visit_texts != nullptr) RETURN_IF_ERROR((*visit_texts)(texts));
      position += ids;
    }
  }
  return absl::OkStatus();
}

// The manifest entry of an existing shard, if every byte of it is correct.
absl::StatusOr<ShardEntry> EntryOf(const std::string& path, const ShardHeader& header,
                                   uint64_t file_id) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ShardReader> shard, ShardReader::Open(path, {}));
  if (shard->file_id() != file_id ||
      shard->header().SerializeAsString() != header.SerializeAsString()) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": another shard"));
  }
  const VerificationReport verified = VerifyShard(path);
  if (!verified.ok()) return absl::DataLossError(verified.problems[0]);
  ShardEntry entry;
  entry.set_file(FileNameOf(path));
  entry.set_bytes(shard->bytes());
  *entry.mutable_counts() = shard->counts();
  ASSIGN_OR_RETURN(const uint32_t crc, FileCrc32c(path));
  entry.set_crc32c(crc);
  return entry;
}

// Index of the first id, over all fields, of part `number` of `parts`.
uint64_t BeginOfPart(const SpooledSplit& split, uint64_t number, uint64_t parts) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(split.ids) * number / parts);
}

std::string NameOfFile(const ShardHeader& header, std::string_view extension) {
  return absl::StrFormat("%s-%05d-of-%05d.%s", header.split(), header.shard(), header.shards(),
                         extension);
}

}  // namespace

absl::Status VisitExamples(const SpooledSplit& split, uint64_t begin, uint64_t end,
                           const ExampleVisitor& visit) {
  return VisitSpooled(split, begin, end, &visit, nullptr);
}

absl::StatusOr<ShardEntry> WriteShard(const std::string& folder, const SpooledSplit& split,
                                      const ShardHeader& header,
                                      std::span<const uint32_t> unknown_ids, bool* kept) {
  const uint64_t begin = BeginOfPart(split, header.shard(), header.shards());
  const uint64_t end = BeginOfPart(split, uint64_t{header.shard()} + 1, header.shards());

  ShardFingerprint fingerprint(header);
  RETURN_IF_ERROR(VisitExamples(split, begin, end, [&](std::span<FieldIds> fields, uint64_t line) {
    for (const FieldIds& field : fields) fingerprint.Add(field.ids);
    fingerprint.AddLine(line);
    return absl::OkStatus();
  }));
  const std::string path = JoinPath(folder, NameOfFile(header, "tfrecord"));
  if (FileExists(path)) {
    absl::StatusOr<ShardEntry> entry = EntryOf(path, header, fingerprint.file_id());
    *kept = entry.ok();
    if (entry.ok()) return entry;
    RETURN_IF_ERROR(RemoveFile(path));
  }
  const std::span<const TaskField> known = FieldsOf(header.task());
  ASSIGN_OR_RETURN(const std::unique_ptr<ShardWriter> writer,
                   ShardWriter::Create(path, header, fingerprint.file_id()));
  RETURN_IF_ERROR(VisitExamples(split, begin, end, [&](std::span<FieldIds> fields, uint64_t line) {
    for (size_t i = 0; i < fields.size(); ++i) {
      fields[i].unknown = std::ranges::count_if(
          fields[i].ids, [&](uint32_t id) { return IsUnknown(known[i], id, unknown_ids[i]); });
    }
    return writer->Add(fields, line);
  }));
  return writer->Finish();
}

absl::StatusOr<FileEntry> WriteRawText(const std::string& folder, const SpooledSplit& split,
                                       const ShardHeader& header, RawTextHeader::Content content,
                                       const ShardEntry& shard) {
  const uint64_t begin = BeginOfPart(split, header.shard(), header.shards());
  const uint64_t end = BeginOfPart(split, uint64_t{header.shard()} + 1, header.shards());
  const auto visit = [&](const TextsVisitor& visitor) {
    return VisitSpooled(split, begin, end, nullptr, &visitor);
  };
  RawTextHeader of_file;
  of_file.set_format_version(kRawTextFormatVersion);
  of_file.set_content(content);
  of_file.set_split(header.split());
  of_file.set_shard(header.shard());
  of_file.set_shard_crc32c(shard.crc32c());
  of_file.set_examples(shard.counts(0).examples());
  of_file.set_texts(content == RawTextHeader::UNKNOWN_WORDS ? shard.counts(0).unknown()
                                                            : shard.counts(0).examples());
  RawTextFingerprint fingerprint(of_file);
  RETURN_IF_ERROR(visit([&](std::span<const std::string_view> texts) {
    fingerprint.Add(texts);
    return absl::OkStatus();
  }));
  const std::string path = JoinPath(folder, NameOfFile(header, "texts"));
  if (FileExists(path)) RETURN_IF_ERROR(RemoveFile(path));
  ASSIGN_OR_RETURN(const std::unique_ptr<RawTextWriter> writer,
                   RawTextWriter::Create(path, of_file, fingerprint.file_id()));
  RETURN_IF_ERROR(
      visit([&](std::span<const std::string_view> texts) { return writer->Add(texts); }));
  return writer->Finish();
}

}  // namespace elman
