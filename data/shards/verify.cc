#include "data/shards/verify.h"

#include <algorithm>
#include <limits>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/shards/shard_reader.h"
#include "data/shards/shard_writer.h"
#include "data/shards/token_reader.h"

namespace elman {
namespace {

// Decodes every block and compares the fingerprint of what is there with the id in the records. The
// number of unknown tokens is compared where `unknown_id` is an id.
absl::Status VerifyBlocks(const ShardReader& shard, const std::string& path, uint32_t unknown_id,
                          VerificationReport* report) {
  ShardFingerprint fingerprint(shard.header());
  TokenBlock block;
  uint64_t unknown = 0;
  std::vector<uint32_t> example;
  for (int i = 0; i < shard.blocks(); ++i) {
    RETURN_IF_ERROR(shard.ReadBlock(i, &block));
    std::span<const int32_t> ids = block.ids;
    unknown += std::count(ids.begin(), ids.end(), static_cast<int32_t>(unknown_id));
    for (const uint32_t length : block.example_lengths) {
      example.assign(ids.begin(), ids.begin() + length);
      fingerprint.Add(example);
      ids = ids.subspan(length);
    }
    ++report->blocks;
    report->examples += block.example_lengths.size();
    report->tokens += block.ids.size();
  }
  if (fingerprint.file_id() != shard.file_id()) {
    return absl::DataLossError(
        absl::StrFormat("%s: expected contents with the fingerprint %016x, found %016x; preprocess "
                        "the corpus again",
                        path, shard.file_id(), fingerprint.file_id()));
  }
  if (unknown_id != std::numeric_limits<uint32_t>::max() && unknown != shard.counts().unknown()) {
    return absl::DataLossError(absl::StrCat(path, ": expected ", shard.counts().unknown(),
                                            " unknown tokens, found ", unknown,
                                            "; preprocess the corpus again"));
  }
  ++report->files;
  report->bytes += shard.bytes();
  return absl::OkStatus();
}

absl::Status VerifyShardOfDataset(const Dataset& dataset, const SplitEntry& split, int number,
                                  VerificationReport* report) {
  const ShardEntry& entry = split.shards(number);
  const std::string path = JoinPath(dataset.folder(), entry.file());
  ASSIGN_OR_RETURN(const std::unique_ptr<ShardReader> shard, OpenShard(dataset, split, number));
  RETURN_IF_ERROR(VerifyBlocks(*shard, path, dataset.vocabulary().unknown_id(), report));
  ASSIGN_OR_RETURN(const uint32_t crc, FileCrc32c(path));
  if (crc == entry.crc32c()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrFormat("%s: expected a file with the checksum %08x, found %08x; the shard is whole "
                      "but not the one of this manifest: copy the data set again",
                      path, entry.crc32c(), crc));
}

}  // namespace

VerificationReport VerifyDataset(const std::string& folder) {
  VerificationReport report;
  const absl::StatusOr<std::shared_ptr<const Dataset>> dataset = Dataset::Open(folder);
  if (!dataset.ok()) {
    report.problems.emplace_back(dataset.status().message());
    return report;
  }
  const DatasetManifest& manifest = (*dataset)->manifest();
  report.files += manifest.has_tokenizer_file() ? 3 : 2;
  report.bytes += ManifestToText(manifest).size() + manifest.vocabulary_file().bytes() +
                  manifest.tokenizer_file().bytes();
  for (const SplitEntry& split : manifest.splits()) {
    for (int i = 0; i < split.shards_size(); ++i) {
      if (absl::Status status = VerifyShardOfDataset(**dataset, split, i, &report); !status.ok()) {
        report.problems.emplace_back(status.message());
      }
    }
  }
  return report;
}

VerificationReport VerifyShard(const std::string& path) {
  constexpr uint32_t kAny = std::numeric_limits<uint32_t>::max();
  VerificationReport report;
  const absl::StatusOr<std::unique_ptr<ShardReader>> shard = ShardReader::Open(path, kAny);
  const absl::Status status =
      shard.ok() ? VerifyBlocks(**shard, path, kAny, &report) : shard.status();
  if (!status.ok()) report.problems.emplace_back(status.message());
  return report;
}

}  // namespace elman
