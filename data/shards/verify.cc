#include "data/shards/verify.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/shards/length_histogram.h"
#include "data/shards/manifest.h"
#include "data/shards/raw_text_reader.h"
#include "data/shards/raw_text_writer.h"
#include "data/shards/shard_reader.h"
#include "data/shards/shard_writer.h"
#include "data/shards/split_blocks.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

// Decodes every block. Checks the fingerprint of the contents against the id in the records, and
// the number of unknown tokens of each field whose `unknown_ids` are known. Counts the lengths of
// examples by field.
absl::Status VerifyBlocks(const ShardReader& shard, const std::string& path,
                          std::span<const uint32_t> unknown_ids, VerificationReport* report,
                          std::vector<LengthCounts>* lengths) {
  const std::span<const TaskField> fields = FieldsOf(shard.header().task());
  ShardFingerprint fingerprint(shard.header());
  ExampleBlock block;
  std::vector<uint64_t> unknown(unknown_ids.size());
  std::vector<uint32_t> example;
  for (int i = 0; i < shard.blocks(); ++i) {
    RETURN_IF_ERROR(shard.ReadBlock(i, &block));
    for (size_t e = 0; e < block.examples(); ++e) {
      for (int f = 0; f < block.fields(); ++f) {
        const PackedIds ids = block.example(f, e);
        example.resize(ids.size());
        ids.CopyTo(std::span(example));
        fingerprint.Add(example);
        CountLength(ids.size(), &(*lengths)[f]);
        if (unknown.empty()) continue;
        unknown[f] += std::ranges::count_if(
            example, [&](uint32_t id) { return IsUnknown(fields[f], id, unknown_ids[f]); });
      }
      fingerprint.AddLine(block.line(e));
    }
    ++report->blocks;
    report->examples += block.examples();
    report->tokens += block.tokens(0);
  }
  if (fingerprint.file_id() != shard.file_id()) {
    return absl::DataLossError(
        absl::StrFormat("%s: expected contents with the fingerprint %016x, found %016x; preprocess "
                        "the corpus again",
                        path, shard.file_id(), fingerprint.file_id()));
  }
  for (size_t f = 0; f < unknown_ids.size(); ++f) {
    if (unknown[f] == shard.counts(f).unknown()) continue;
    return absl::DataLossError(absl::StrCat(
        path, ": field ", shard.header().fields(f).name(), ": expected ", shard.counts(f).unknown(),
        " unknown tokens, found ", unknown[f], "; preprocess the corpus again"));
  }
  ++report->files;
  report->bytes += shard.bytes();
  return absl::OkStatus();
}

absl::Status VerifyShardOfDataset(const Dataset& dataset, const SplitEntry& split, int number,
                                  VerificationReport* report, std::vector<LengthCounts>* lengths) {
  const ShardEntry& entry = split.shards(number);
  const std::string path = JoinPath(dataset.folder(), entry.file());
  ASSIGN_OR_RETURN(const std::unique_ptr<ShardReader> shard, OpenShard(dataset, split, number));
  std::vector<uint32_t> unknown_ids;
  for (int i = 0; i < dataset.manifest().fields_size(); ++i)
    unknown_ids.push_back(dataset.vocabulary(i).unknown_id());
  RETURN_IF_ERROR(VerifyBlocks(*shard, path, unknown_ids, report, lengths));
  ASSIGN_OR_RETURN(const uint32_t crc, FileCrc32c(path));
  if (crc == entry.crc32c()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrFormat("%s: expected a file with the checksum %08x, found %08x; the shard is intact "
                      "but belongs to another data set; copy the data set again",
                      path, entry.crc32c(), crc));
}

// Verifies a file that belongs to a shard by its checksum.
absl::Status VerifyFile(const std::string& path, const FileEntry& entry,
                        VerificationReport* report) {
  ASSIGN_OR_RETURN(const uint32_t crc, FileCrc32c(path));
  if (crc != entry.crc32c()) {
    return absl::DataLossError(
        absl::StrFormat("%s: expected a file with the checksum %08x, found %08x; copy the data set "
                        "again",
                        path, entry.crc32c(), crc));
  }
  ++report->files;
  report->bytes += entry.bytes();
  return absl::OkStatus();
}

// Reads all texts of a file and checks their fingerprint against the id in its records.
absl::Status VerifyTexts(RawTextFile* file) {
  RawTextFingerprint fingerprint(file->header());
  std::span<const std::string_view> texts;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, file->Next(&texts));
    if (!more) break;
    fingerprint.Add(texts);
  }
  if (fingerprint.file_id() == file->file_id()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrFormat("%s: expected texts with the fingerprint %016x, found %016x; preprocess the "
                      "corpus again",
                      file->path(), file->file_id(), fingerprint.file_id()));
}

// Verifies the raw text of a shard, which must have the texts of all of its examples.
absl::Status VerifyRawTextOfDataset(const Dataset& dataset, const SplitEntry& split, int number,
                                    VerificationReport* report) {
  const ShardEntry& shard = split.shards(number);
  const std::string path = JoinPath(dataset.folder(), split.raw_texts(number).file());
  ASSIGN_OR_RETURN(const std::unique_ptr<RawTextFile> file, RawTextFile::Open(path));
  const RawTextHeader& header = file->header();
  const uint64_t texts = header.content() == RawTextHeader::UNKNOWN_WORDS
                             ? shard.counts(0).unknown()
                             : shard.counts(0).examples();
  if (header.split() != split.name() || header.shard() != static_cast<uint32_t>(number) ||
      header.shard_crc32c() != shard.crc32c() || header.examples() != shard.counts(0).examples() ||
      header.texts() != texts) {
    return absl::DataLossError(absl::StrCat(path, ": expected ", texts, " texts of ", shard.file(),
                                            ", found { ", header.ShortDebugString(),
                                            " }; copy the data set again"));
  }
  RETURN_IF_ERROR(VerifyTexts(file.get()));
  return VerifyFile(path, split.raw_texts(number), report);
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
  ++report.files;
  report.bytes += ManifestToText(manifest).size();
  for (int i = 0; i < manifest.fields_size(); ++i) {
    if (VocabularyOwner(manifest, i) < i) continue;
    const FieldEntry& field = manifest.fields(i);
    for (const FileEntry& entry : FilesOfField(field)) {
      ++report.files;
      report.bytes += entry.bytes();
    }
  }
  for (const SplitEntry& split : manifest.splits()) {
    const size_t problems = report.problems.size();
    std::vector<LengthCounts> lengths(manifest.fields_size());
    for (int i = 0; i < split.shards_size(); ++i) {
      const absl::Status status = VerifyShardOfDataset(**dataset, split, i, &report, &lengths);
      if (!status.ok()) report.problems.emplace_back(status.message());
    }
    for (const FileEntry& features : split.features()) {
      const absl::Status status = VerifyFile(JoinPath(folder, features.file()), features, &report);
      if (!status.ok()) report.problems.emplace_back(status.message());
    }
    for (int i = 0; i < split.raw_texts_size(); ++i) {
      const absl::Status status = VerifyRawTextOfDataset(**dataset, split, i, &report);
      if (!status.ok()) report.problems.emplace_back(status.message());
    }
    for (int f = 0; problems == report.problems.size() && f < manifest.fields_size(); ++f) {
      const LengthCounts& expected = split.surveys(f).length_counts();
      if (std::ranges::equal(expected, lengths[f])) continue;
      report.problems.push_back(absl::StrCat(
          JoinPath(folder, kManifestName), ": split ", split.name(), ": the lengths of ",
          manifest.fields(f).name(), " do not match the shards; preprocess the corpus again"));
    }
  }
  return report;
}

VerificationReport VerifyShard(const std::string& path) {
  VerificationReport report;
  const absl::StatusOr<std::unique_ptr<ShardReader>> shard = ShardReader::Open(path, {});
  std::vector<LengthCounts> lengths(shard.ok() ? (*shard)->fields() : 0);
  const absl::Status status =
      shard.ok() ? VerifyBlocks(**shard, path, {}, &report, &lengths) : shard.status();
  if (!status.ok()) report.problems.emplace_back(status.message());
  return report;
}

VerificationReport VerifyRawText(const std::string& path) {
  VerificationReport report;
  const absl::StatusOr<std::unique_ptr<RawTextFile>> file = RawTextFile::Open(path);
  const absl::Status status = file.ok() ? VerifyTexts(file->get()) : file.status();
  if (!status.ok()) {
    report.problems.emplace_back(status.message());
    return report;
  }
  report.files = 1;
  report.bytes = (*file)->bytes();
  report.examples = (*file)->header().examples();
  return report;
}

}  // namespace elman
