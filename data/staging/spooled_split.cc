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
  for (size_t i = 0; i < chunks.size(); ++i) {
    if (chunks[i].chunk != i) {
      return absl::FailedPreconditionError(
          absl::StrCat("chunk ", i, " of the corpus is missing or was found twice: all ranks must ",
                       "see the same files"));
    }
    split.begins.push_back(split.ids);
    split.ids += chunks[i].ids;
  }
  split.chunks = std::move(chunks);
  return split;
}

absl::Status VisitExamples(const SpooledSplit& split, uint64_t begin, uint64_t end,
                           const ExampleVisitor& visit) {
  // The last chunk that begins at or before `begin`, or the first of all.
  auto chunk = std::ranges::upper_bound(split.begins, begin);
  if (chunk != split.begins.begin()) --chunk;
  std::string buffer;
  SpooledExamples examples;
  std::vector<FieldIds> fields;
  for (size_t c = chunk - split.begins.begin(); c < split.chunks.size(); ++c) {
    uint64_t position = split.begins[c];
    if (position >= end) break;
    RETURN_IF_ERROR(split.spools[split.chunks[c].spool]
                        ->Read(split.chunks[c].offset, &buffer, &examples)
                        .status());
    if (split.complete) RETURN_IF_ERROR(split.complete(&examples));
    std::vector<size_t> begins(examples.fields.size(), 0);
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
      if (position >= begin && position < end) RETURN_IF_ERROR(visit(fields));
      position += ids;
    }
  }
  return absl::OkStatus();
}

namespace {

// What the manifest says of a shard that is there, if every byte of it is right.
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

}  // namespace

absl::StatusOr<ShardEntry> WriteShard(const std::string& folder, const SpooledSplit& split,
                                      const ShardHeader& header,
                                      std::span<const uint32_t> unknown_ids, bool* kept) {
  const auto part = [&](uint64_t number) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(split.ids) * number /
                                 header.shards());
  };
  const uint64_t begin = part(header.shard());
  const uint64_t end = part(uint64_t{header.shard()} + 1);

  ShardFingerprint fingerprint(header);
  RETURN_IF_ERROR(VisitExamples(split, begin, end, [&](std::span<FieldIds> fields) {
    for (const FieldIds& field : fields) fingerprint.Add(field.ids);
    return absl::OkStatus();
  }));
  const std::string path = JoinPath(
      folder,
      absl::StrFormat("%s-%05d-of-%05d.tfrecord", header.split(), header.shard(), header.shards()));
  if (FileExists(path)) {
    absl::StatusOr<ShardEntry> entry = EntryOf(path, header, fingerprint.file_id());
    *kept = entry.ok();
    if (entry.ok()) return entry;
    RETURN_IF_ERROR(RemoveFile(path));
  }
  const std::span<const TaskField> known = FieldsOf(header.task());
  ASSIGN_OR_RETURN(const std::unique_ptr<ShardWriter> writer,
                   ShardWriter::Create(path, header, fingerprint.file_id()));
  RETURN_IF_ERROR(VisitExamples(split, begin, end, [&](std::span<FieldIds> fields) {
    for (size_t i = 0; i < fields.size(); ++i) {
      fields[i].unknown = std::ranges::count_if(
          fields[i].ids, [&](uint32_t id) { return IsUnknown(known[i], id, unknown_ids[i]); });
    }
    return writer->Add(fields);
  }));
  return writer->Finish();
}

}  // namespace elman
