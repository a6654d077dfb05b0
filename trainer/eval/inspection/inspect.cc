#include "trainer/eval/inspection/inspect.h"

#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "data/format/utf8.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/shards/manifest.h"
#include "data/vectors/vector_reader.h"
#include "trainer/config/field_values.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/inspection/baseline_inspection.h"
#include "trainer/eval/inspection/dataset_inspection.h"
#include "trainer/eval/inspection/run_history.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/finite_check.h"
#include "trainer/record/checkpoint/known_file.h"
#include "trainer/record/run/run_summary.h"

namespace elman {
namespace {

// Adds the software and hardware with which a checkpoint was computed, if it records them (old ones
// do not).
void AddEnvironment(const Provenance& provenance, Inspection* inspection) {
  for (const auto& [name, value] :
       {std::pair("vector_instruction_set", &provenance.vector_instruction_set()),
        std::pair("highway_version", &provenance.highway_version()),
        std::pair("c_library", &provenance.c_library()),
        std::pair("processor", &provenance.processor())}) {
    if (!value->empty()) inspection->Add(name, *value);
  }
  if (provenance.threads() > 0) inspection->Add("threads_per_rank", int64_t{provenance.threads()});
}

// Reports values that are not finite, if there are any.
void AddNotFinite(const Checkpoint& checkpoint, Inspection* inspection) {
  std::vector<std::string> found;
  for (const NotFinite& each : FindNotFinite(checkpoint)) found.push_back(ToString(each));
  if (!found.empty()) inspection->AddList("not_finite", "WARNING", found);
}

// Adds the fields of the configuration: those that differ from their defaults, or all.
void AddConfiguration(const TrainingConfig& config, bool all, Inspection* inspection) {
  inspection->AddText(
      "configuration",
      all ? "all fields"
          : "fields that differ from their defaults in FIELDS.md (--all: all fields)");
  JsonObject json;
  for (const FieldValue& field : FieldValues(config)) {
    if (!all && !field.changed) continue;
    inspection->AddTable(absl::StrCat("  ", field.name, "=", field.text, "\n"));
    json.AddJson(field.name, field.json());
  }
  inspection->AddJson("configuration", json);
}

// Describes a checkpoint after the facts in `inspection`.
absl::StatusOr<Inspection> InspectCheckpoint(const std::string& path, const InspectSpec& spec,
                                             Inspection inspection = {}) {
  const bool verify = spec.verify;
  inspection.Add("kind", "checkpoint").Add("path", path);
  // Reading a checkpoint always verifies it.
  const absl::StatusOr<Checkpoint> checkpoint =
      verify ? ReadWholeCheckpoint(path) : ReadCheckpoint(path);
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
        .Add("task", absl::AsciiStrToLower(Task_Name(header.task())))
        .Add("vocabulary_fingerprint",
             absl::StrJoin(header.fields(), ",",
                           [](std::string* out, const CheckpointField& field) {
                             out->append(field.vocabulary().fingerprint());
                           }))
        .Add("parameters", parameters);
    if (spec.all) inspection.AddText("table", table);
    if (header.progress().has_best()) {
      inspection.Add("best_loss", header.progress().best_loss())
          .Add("best_step", int64_t{header.progress().best_step()});
    }
    if (header.has_started_from()) {
      inspection.Add("started_from", header.started_from().path())
          .Add("started_from_step", int64_t{header.started_from().step()})
          .Add("started_from_taken",
               absl::AsciiStrToLower(StartedFrom::Taken_Name(header.started_from().taken())));
    }
    inspection.Add("lanes", int64_t{header.config().lanes()})
        .Add("written_by_ranks", int64_t{header.provenance().ranks()})
        .Add("written_on", header.provenance().host())
        .Add("elman_version", header.provenance().elman_version())
        .Add("onednn_version", header.provenance().onednn_version())
        .Add("instruction_set", header.provenance().instruction_set());
    AddEnvironment(header.provenance(), &inspection);
    AddNotFinite(*checkpoint, &inspection);
    AddConfiguration(header.config(), spec.all, &inspection);
  }
  if (verify) {
    if (!checkpoint.ok()) inspection.problems.emplace_back(checkpoint.status().message());
    inspection.Add("verified", checkpoint.ok()).AddList("problems", "problem", inspection.problems);
  }
  return inspection;
}

std::string CheckpointText(const CheckpointSummary& checkpoint) {
  if (!checkpoint.whole()) return "DAMAGED";
  return absl::StrFormat("intact, epoch %d, %.1f MB, content %s", checkpoint.progress.epoch(),
                         checkpoint.bytes / 1e6, checkpoint.content_hash);
}

JsonObject CheckpointJson(const CheckpointSummary& checkpoint) {
  JsonObject json;
  json.Add("file", checkpoint.name).Add("whole", checkpoint.whole()).Add("bytes", checkpoint.bytes);
  if (!checkpoint.whole()) {
    return json.Add("problem", std::string(checkpoint.status.message()));
  }
  return json.Add("step", int64_t{checkpoint.progress.step()})
      .Add("epoch", int64_t{checkpoint.progress.epoch()})
      .Add("content_hash", checkpoint.content_hash);
}

JsonObject MarkJson(const MarkSummary& mark) {
  JsonObject json;
  return json.Add("exists", mark.exists)
      .Add("checkpoint", mark.checkpoint)
      .Add("problem", mark.problem);
}

std::string MarkText(const MarkSummary& mark) {
  return absl::StrCat(mark.problem.empty() ? "" : "DAMAGED, ",
                      mark.checkpoint.empty() ? "no checkpoint" : mark.checkpoint);
}

// Describes a run directory, including every problem in it.
Inspection DescribeRun(const RunSummary& run) {
  Inspection inspection;
  inspection.Add("kind", "run").Add("path", run.folder);
  if (!run.writer.empty()) inspection.Add("written_now_by", run.writer);
  std::vector<JsonObject> checkpoints;
  uint64_t whole = 0, bytes = 0;
  for (const CheckpointSummary& checkpoint : run.checkpoints) {
    checkpoints.push_back(CheckpointJson(checkpoint));
    if (!checkpoint.whole()) continue;
    ++whole;
    bytes += checkpoint.bytes;
  }
  inspection.AddText("checkpoints", absl::StrCat(run.checkpoints.size(), ", ", whole, " whole"))
      .AddJson("checkpoints", checkpoints);
  for (const CheckpointSummary& checkpoint : run.checkpoints)
    inspection.AddText("  " + checkpoint.name, CheckpointText(checkpoint));
  for (const MarkSummary* mark : {&run.latest, &run.best})
    inspection.AddText(mark->name, MarkText(*mark)).AddJson(mark->name, MarkJson(*mark));
  if (const CheckpointSummary* latest = run.Find(run.latest.checkpoint);
      latest != nullptr && latest->whole()) {
    const Progress& progress = latest->progress;
    inspection.Add("step", int64_t{progress.step()})
        .Add("epoch", int64_t{progress.epoch()})
        .Add("content_hash", latest->content_hash);
    if (progress.has_best()) {
      inspection.Add("best_loss", progress.best_loss())
          .Add("best_step", int64_t{progress.best_step()});
    }
  }
  inspection.problems = run.Problems();
  inspection.AddList("temporary_files", "temporary file", run.temporary_files)
      .Add("verified", inspection.problems.empty())
      .Add("verified_files", whole)
      .Add("verified_bytes", bytes)
      .AddList("problems", "problem", inspection.problems);
  return inspection;
}

// All of them, so that what is wrong with any is found.
absl::StatusOr<Inspection> InspectVectors(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "word_vectors").Add("path", path);
  uint64_t words = 0;
  const auto read = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<VectorReader> reader, OpenVectors({.path = path}));
    inspection.Add("size", reader->size());
    WordVector vector;
    std::vector<std::string> first;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, reader->Next(&vector));
      if (!more) break;
      constexpr size_t kShown = 5;
      if (++words <= kShown) first.push_back(EscapeUnprintable(vector.word));
    }
    inspection.Add("words", words).AddText("first_words", absl::StrJoin(first, " "));
    return absl::OkStatus();
  };
  absl::Status status = read();
  if (!status.ok() && !verify) return status;
  if (verify) {
    if (!status.ok()) inspection.problems.emplace_back(status.message());
    inspection.Add("verified", status.ok()).AddList("problems", "problem", inspection.problems);
  }
  return inspection;
}

absl::StatusOr<Inspection> InspectMetrics(const std::string& path) {
  ASSIGN_OR_RETURN(const RunRecord record, RunRecord::Read(path));
  Inspection inspection;
  inspection.Add("kind", "metrics").Add("path", path);
  AddHistory(record, &inspection);
  return inspection;
}

absl::StatusOr<Inspection> InspectFile(const std::string& path, const InspectSpec& spec) {
  const bool verify = spec.verify;
  if (!FileExists(path))
    return absl::NotFoundError(absl::StrCat(
        path, ": no such file or folder; name a data set, run directory, checkpoint or baseline"));
  if (absl::EndsWith(path, ".tfrecord")) return InspectShard(path, verify);
  if (absl::EndsWith(path, ".features")) return InspectFeatures(path, verify);
  if (absl::EndsWith(path, ".texts")) return InspectRawText(path, verify);
  ASSIGN_OR_RETURN(const std::string file, ResolveCheckpoint(path, kLatest));
  if (IsBaseline(file)) return InspectBaseline(file, verify);
  if (!ReadCheckpointHeader(file).ok()) {
    switch (IdentifyFile(file).kind) {
      case KnownFile::kWordVectors:
        return InspectVectors(file, verify);
      case KnownFile::kMetrics:
        return InspectMetrics(file);
      case KnownFile::kManifest:
        if (FileNameOf(file) == kManifestName) return InspectDataset(FolderOf(file), verify);
        break;
      default:
        break;
    }
  }
  return InspectCheckpoint(file, spec);
}

}  // namespace

absl::StatusOr<Inspection> Inspect(const std::string& path, const InspectSpec& spec) {
  const bool verify = spec.verify;
  if (!IsFolder(path)) return InspectFile(path, spec);
  if (FileExists(JoinPath(path, kManifestName))) return InspectDataset(path, verify);
  if (verify && IsRunDirectory(path)) {
    ASSIGN_OR_RETURN(const RunSummary run, SummarizeRun(path));
    return DescribeRun(run);
  }
  absl::StatusOr<std::string> latest = CheckpointDirectory(path).Find(kLatest);
  if (absl::IsNotFound(latest.status())) {
    if (FileNameOf(path) == "checkpoints") return ResolveCheckpoint(path, kLatest).status();
    if (const auto run = ReadRecordedRun(path); run.ok()) {
      Inspection inspection;
      inspection.AddText("run", path).Add("kind", "run").Add("path", path);
      AddHistory(run->record, &inspection);
      inspection.AddText("checkpoint", "none yet");
      AddConfiguration(run->config, spec.all, &inspection);
      return inspection;
    }
    return absl::NotFoundError(absl::StrCat(path, ": ", DescribeFolder(path)));
  }
  RETURN_IF_ERROR(latest.status());
  Inspection inspection;
  inspection.AddText("run", path);
  const absl::StatusOr<RunRecord> record = RunRecord::Read(JoinPath(path, "metrics.jsonl"));
  if (record.ok()) AddHistory(*record, &inspection);
  return InspectCheckpoint(*latest, spec, std::move(inspection));
}

absl::StatusOr<Inspection> Repair(const std::string& path) {
  ASSIGN_OR_RETURN(const RunRepair repair, RepairRun(path));
  Inspection inspection = DescribeRun(repair.after);
  // A damaged checkpoint that no mark names is described, but it is not a problem.
  if (repair.ok()) inspection.problems.clear();
  inspection.AddList("actions", "done", repair.actions);
  if (repair.actions.empty()) inspection.AddText("done", "nothing needed repair");
  return inspection;
}

}  // namespace elman
