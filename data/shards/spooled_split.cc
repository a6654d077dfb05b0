#include "data/shards/spooled_split.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/shards/shard_writer.h"

namespace elman {

absl::Status VisitExamples(const SpooledSplit& split, uint64_t begin, uint64_t end,
                           const ExampleVisitor& visit) {
  std::vector<std::unique_ptr<SpoolReader>> spools;
  for (const std::string& path : split.spool_paths) {
    ASSIGN_OR_RETURN(std::unique_ptr<SpoolReader> spool, SpoolReader::Open(path));
    spools.push_back(std::move(spool));
  }
  SpooledExamples examples;
  uint64_t position = 0;
  for (const SpooledChunk& chunk : split.chunks) {
    if (position >= end) break;
    if (position + chunk.tokens <= begin) {
      position += chunk.tokens;
      continue;
    }
    RETURN_IF_ERROR(spools[chunk.spool]->Read(chunk.offset, &examples));
    std::span<const uint32_t> ids = examples.ids;
    for (size_t i = 0; i < examples.lengths.size(); ++i) {
      const uint32_t length = examples.lengths[i];
      if (position >= begin && position < end) {
        RETURN_IF_ERROR(visit(ids.first(length), examples.words[i], examples.bytes[i]));
      }
      ids = ids.subspan(length);
      position += length;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ShardEntry> WriteShard(const std::string& folder, const SpooledSplit& split,
                                      const ShardHeader& header, uint32_t unknown_id) {
  const auto part = [&](uint64_t number) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(split.tokens) * number /
                                 header.shards());
  };
  const uint64_t begin = part(header.shard());
  const uint64_t end = part(uint64_t{header.shard()} + 1);

  ShardFingerprint fingerprint(header);
  RETURN_IF_ERROR(
      VisitExamples(split, begin, end, [&](std::span<const uint32_t> ids, uint32_t, uint32_t) {
        fingerprint.Add(ids);
        return absl::OkStatus();
      }));
  const std::string path = JoinPath(
      folder,
      absl::StrFormat("%s-%05d-of-%05d.tfrecord", header.split(), header.shard(), header.shards()));
  ASSIGN_OR_RETURN(const std::unique_ptr<ShardWriter> writer,
                   ShardWriter::Create(path, header, fingerprint.file_id()));
  TextCounts counts;
  RETURN_IF_ERROR(VisitExamples(
      split, begin, end, [&](std::span<const uint32_t> ids, uint32_t words, uint32_t bytes) {
        counts.set_unknown(std::count(ids.begin(), ids.end(), unknown_id));
        counts.set_words(words);
        counts.set_bytes(bytes);
        return writer->Add(ids, counts);
      }));
  return writer->Finish();
}

}  // namespace elman
