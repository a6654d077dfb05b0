#include "trainer/eval/inspection.h"

#include <google/protobuf/text_format.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/shard_reader.h"
#include "data/shards/verify.h"
#include "trainer/checkpoint/checkpoint_directory.h"
#include "trainer/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

std::string LowerName(const std::string& enum_name) {
  std::string name = enum_name;
  for (char& c : name) c = static_cast<char>(tolower(c));
  return name;
}

JsonObject CountsJson(const TextCounts& counts) {
  JsonObject json;
  json.Add("lines", counts.examples()).Add("words", counts.words()).Add("bytes", counts.bytes());
  return json.Add("tokens", counts.tokens()).Add("unknown", counts.unknown());
}

std::string CountsText(const TextCounts& counts) {
  return absl::StrFormat("%d lines, %d words, %d bytes, %d tokens, %d unknown", counts.examples(),
                         counts.words(), counts.bytes(), counts.tokens(), counts.unknown());
}

void AddVerification(VerificationReport report, Inspection* inspection) {
  inspection->Add("verified", report.ok())
      .Add("verified_files", report.files)
      .Add("verified_bytes", report.bytes);
  inspection->problems = std::move(report.problems);
}

absl::StatusOr<Inspection> InspectDataset(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "dataset").Add("path", path);
  const auto dataset = Dataset::Open(path);
  if (!dataset.ok() && !verify) return dataset.status();
  if (dataset.ok()) {
    const DatasetManifest& manifest = (*dataset)->manifest();
    inspection.Add("task", LowerName(Task_Name(manifest.task())))
        .Add("tokenizer", LowerName(TokenizerSpec::Kind_Name(manifest.tokenizer().kind())))
        .Add("vocabulary_size", uint64_t{manifest.vocabulary().predicted_size()})
        .Add("vocabulary_fingerprint", manifest.vocabulary().fingerprint());
    JsonObject splits;
    for (const SplitEntry& split : manifest.splits()) {
      inspection.AddText(split.name(), absl::StrCat(CountsText(split.counts()), " in ",
                                                    split.shards_size(), " shards"));
      splits.Add(split.name(), CountsJson(split.counts()).Add("shards", split.shards_size()));
    }
    inspection.AddJson("splits", splits);
  }
  if (verify) AddVerification(VerifyDataset(path), &inspection);
  return inspection;
}

absl::StatusOr<Inspection> InspectShard(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "shard").Add("path", path);
  const auto shard = ShardReader::Open(path, UINT32_MAX);
  if (!shard.ok() && !verify) return shard.status();
  if (shard.ok()) {
    const ShardHeader& header = (*shard)->header();
    inspection.Add("task", LowerName(Task_Name(header.task())))
        .Add("split", header.split())
        .Add("shard", uint64_t{header.shard()})
        .Add("shards", uint64_t{header.shards()})
        .Add("vocabulary_fingerprint", header.vocabulary_fingerprint())
        .Add("blocks", int64_t{(*shard)->blocks()});
    inspection.AddText("counts", CountsText((*shard)->counts()))
        .AddJson("counts", CountsJson((*shard)->counts()));
  }
  if (verify) AddVerification(VerifyShard(path), &inspection);
  return inspection;
}

absl::StatusOr<Inspection> InspectCheckpoint(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "checkpoint").Add("path", path);
  // Reading a checkpoint verifies it; there is no other way to read one.
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(path);
  if (!checkpoint.ok() && !verify) return checkpoint.status();
  if (checkpoint.ok()) {
    const CheckpointHeader& header = checkpoint->header;
    int64_t parameters = 0;
    std::string table;
    for (const ParameterEntry& parameter : header.parameters()) {
      int64_t size = 1;
      for (const int64_t dimension : parameter.shape()) size *= dimension;
      parameters += size;
      absl::StrAppend(&table, "\n    ", parameter.name(), " ", parameter.shape(0), " x ",
                      parameter.shape(1));
    }
    inspection.Add("step", int64_t{header.progress().step()})
        .Add("epoch", int64_t{header.progress().epoch()})
        .Add("step_in_epoch", int64_t{header.progress().step_in_epoch()})
        .Add("tokens", int64_t{header.progress().tokens()})
        .Add("content_hash", ContentHash(*checkpoint))
        .Add("vocabulary_fingerprint", header.vocabulary().fingerprint())
        .Add("parameters", parameters)
        .AddText("table", table);
    if (header.progress().has_best()) {
      inspection.Add("best_loss", header.progress().best_loss())
          .Add("best_step", int64_t{header.progress().best_step()});
    }
    inspection.Add("lanes", int64_t{header.config().lanes()})
        .Add("written_by_ranks", int64_t{header.provenance().ranks()})
        .Add("written_on", header.provenance().host())
        .Add("elman_version", header.provenance().elman_version())
        .Add("onednn_version", header.provenance().onednn_version())
        .Add("instruction_set", header.provenance().instruction_set());
    std::string config;
    google::protobuf::TextFormat::PrintToString(header.config(), &config);
    inspection.AddText("config", "\n" + config);
  }
  if (verify) {
    inspection.Add("verified", checkpoint.ok());
    if (!checkpoint.ok()) inspection.problems.emplace_back(checkpoint.status().message());
  }
  return inspection;
}

}  // namespace

void Inspection::AddLine(std::string_view name, const std::string& value) {
  absl::StrAppend(&text_, absl::StrFormat("%-24s", std::string(name)), value, "\n");
}

std::string Inspection::NumberText(double value) { return absl::StrCat(value); }
std::string Inspection::NumberText(uint64_t value) { return absl::StrCat(value); }
std::string Inspection::NumberText(int64_t value) { return absl::StrCat(value); }

absl::StatusOr<Inspection> Inspect(const std::string& path, bool verify) {
  if (!IsFolder(path)) {
    if (!FileExists(path))
      return absl::NotFoundError(absl::StrCat(path, ": no such file or folder"));
    return absl::EndsWith(path, ".tfrecord") ? InspectShard(path, verify)
                                             : InspectCheckpoint(path, verify);
  }
  if (FileExists(JoinPath(path, kManifestName))) return InspectDataset(path, verify);
  absl::StatusOr<std::string> latest = CheckpointDirectory(path).Find(kLatest);
  if (absl::IsNotFound(latest.status())) {
    return absl::NotFoundError(absl::StrCat(path, ": neither a data set (no ",
                                            std::string(kManifestName),
                                            " in it) nor a run directory with a checkpoint"));
  }
  RETURN_IF_ERROR(latest.status());
  return InspectCheckpoint(*latest, verify);
}

}  // namespace elman
