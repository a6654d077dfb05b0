#include "data/staging/publish_dataset.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "absl/strings/str_cat.h"
#include "data/io/atomic_file.h"
#include "data/io/checksum.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/manifest.h"
#include "data/workers/in_turn.h"

namespace elman {

absl::StatusOr<SplitEntry> WriteShards(const SpooledSplit& split, ShardingPlan plan,
                                       uint64_t* kept) {
  constexpr uint64_t kMaxShards = 99999;  // five digits in a file name
  const uint64_t shards = (split.ids - 1) / plan.shard_tokens + 1;
  if (shards > kMaxShards) {
    return absl::InvalidArgumentError(
        absl::StrCat("--shard_tokens=", plan.shard_tokens, " makes ", shards, " shards of ",
                     plan.header.split(), ", more than ", kMaxShards, "; use a larger value"));
  }
  plan.header.set_shards(static_cast<uint32_t>(shards));
  std::mutex mutex;
  SplitEntry entries;  // guarded by mutex, like *kept
  uint64_t next = plan.worker;
  RETURN_IF_ERROR(WorkInTurn<uint64_t>(
      plan.threads,
      [&](uint64_t* shard) -> absl::StatusOr<bool> {
        *shard = next;
        next += plan.workers;
        return *shard < shards;
      },
      [&](int, uint64_t* shard) -> absl::Status {
        ShardHeader mine = plan.header;
        mine.set_shard(static_cast<uint32_t>(*shard));
        bool was_there = false;
        ASSIGN_OR_RETURN(const ShardEntry entry,
                         WriteShard(plan.folder, split, mine, plan.unknown_ids, &was_there));
        FileEntry raw_text;
        if (plan.raw_text != RawTextHeader::CONTENT_UNSPECIFIED) {
          ASSIGN_OR_RETURN(raw_text, WriteRawText(plan.folder, split, mine, plan.raw_text, entry));
        }
        const std::lock_guard<std::mutex> lock(mutex);
        *kept += was_there;
        *entries.add_shards() = entry;
        if (!raw_text.file().empty()) *entries.add_raw_texts() = raw_text;
        return absl::OkStatus();
      }));
  return entries;
}

void SumUpShards(SplitEntry* split) {
  const auto by_file = [](const auto& a, const auto& b) { return a.file() < b.file(); };
  std::sort(split->mutable_shards()->begin(), split->mutable_shards()->end(), by_file);
  std::sort(split->mutable_raw_texts()->begin(), split->mutable_raw_texts()->end(), by_file);
  for (const ShardEntry& shard : split->shards())
    AddCounts(shard.counts(), split->mutable_counts());
}

absl::Status WriteEntry(const std::string& folder, const std::string& name,
                        const std::string& contents, FileEntry* entry) {
  entry->set_file(name);
  entry->set_bytes(contents.size());
  entry->set_crc32c(Crc32c(contents));
  return WriteFile(JoinPath(folder, name), contents);
}

absl::Status PublishDataset(const DatasetManifest& manifest, OutputFolder* output) {
  const std::string& folder = output->work_path();
  RETURN_IF_ERROR(WriteFile(JoinPath(folder, kManifestName), ManifestToText(manifest)));
  RETURN_IF_ERROR(Dataset::Open(folder).status());
  std::set<std::string> files = {std::string(kManifestName)};
  for (const FieldEntry& field : manifest.fields()) {
    for (const FileEntry& entry : FilesOfField(field)) files.insert(entry.file());
  }
  for (const SplitEntry& split : manifest.splits()) {
    for (const ShardEntry& shard : split.shards()) files.insert(shard.file());
    for (const FileEntry& features : split.features()) files.insert(features.file());
    for (const FileEntry& texts : split.raw_texts()) files.insert(texts.file());
  }
  return output->Publish(files);
}

}  // namespace elman
