#include "trainer/run/run_start.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "data/io/checksum.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/comm/agreement.h"
#include "trainer/comm/host.h"
#include "trainer/config/run_config.h"
#include "trainer/network/math/compute_environment.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"

namespace elman {
namespace {

constexpr uint64_t kMaxConfigBytes = 1 << 20;

// The checkpoint file to go on from; empty to begin anew, but never where there are checkpoints.
absl::StatusOr<std::string> FindCheckpoint(const RunDirectory* directory,
                                           const std::string& resume) {
  if (resume != "auto" && resume != "never") return ResolveCheckpoint(resume, kLatest);
  if (directory == nullptr) return "";
  const CheckpointDirectory checkpoints(directory->folder());
  const absl::StatusOr<std::string> latest = checkpoints.Find(kLatest);
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, checkpoints.Steps());
  if (absl::IsNotFound(latest.status()) && steps.empty()) return "";
  if (resume == "never") {
    return absl::FailedPreconditionError(
        absl::StrCat(directory->folder(),
                     ": holds a run already, and --resume=never would write over it; give another "
                     "--output, or leave --resume out to go on"));
  }
  if (!absl::IsNotFound(latest.status())) return latest;
  return absl::FailedPreconditionError(
      absl::StrCat(JoinPath(checkpoints.folder(), kLatest),
                   ": missing, though there are checkpoints, the newest of step ", steps.back(),
                   "; 'elman-inspect ", directory->folder(), " --repair' writes the mark anew"));
}

// A run directory holds one history: a run goes on there from a checkpoint of its own, or from any
// where there is none yet. Null: a run that writes nothing.
absl::Status CheckHistory(const RunDirectory* directory, const std::string& path, int64_t step) {
  if (directory == nullptr) return absl::OkStatus();
  const CheckpointDirectory checkpoints(directory->folder());
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, checkpoints.Steps());
  std::error_code error;
  if (steps.empty() || std::filesystem::equivalent(path, checkpoints.PathOf(step), error))
    return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory->folder(), ": holds a run already, of which ", path, ", a checkpoint of step ",
      step, ", is none; give another --output, or leave --resume out to go on with what is there"));
}

std::vector<std::string> Fingerprints(const Datasets& datasets) {
  std::vector<std::string> fingerprints;
  for (const auto& dataset : datasets) fingerprints.push_back(DatasetFingerprint(*dataset));
  return fingerprints;
}

// Rank 0's part of StartRun: reads and judges the checkpoint.
absl::Status Resume(const Datasets& datasets, const RunDirectory* directory,
                    const std::string& path, const TrainingConfig& wanted, RunStart* start) {
  ASSIGN_OR_RETURN(start->checkpoint, ReadCheckpoint(path));
  RETURN_IF_ERROR(CheckHistory(directory, path, start->checkpoint.header.progress().step()));
  const TrainingConfig& before = start->checkpoint.header.config();
  RETURN_IF_ERROR(
      CheckFields(start->checkpoint.header, path, *datasets[0],
                  "train on the data set of that run, or begin anew with another --output"));
  start->config = wanted;
  if (wanted.lanes() == 0) start->config.set_lanes(before.lanes());
  RETURN_IF_ERROR(CheckResumable(before, start->config));
  const auto& trained_on = start->checkpoint.header.provenance().data_sets();
  if (!trained_on.empty() && !std::ranges::equal(trained_on, Fingerprints(datasets))) {
    start->remarks.push_back(absl::StrCat(
        "other data than ", path,
        " was trained on: the same vocabularies, but the place reached in an epoch is another"));
  }
  start->resumed = true;
  start->resumed_from = path;
  return absl::OkStatus();
}

absl::Status CheckRanks(const TrainingConfig& config, const RunStart& start, int ranks) {
  if (config.lanes() > config.batch_size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batch_size is ", config.batch_size(), ", too small for ", config.lanes(),
        " lanes of at least one sequence each; start fewer ranks, or set lanes or batch_size"));
  }
  if (ranks <= config.lanes()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      ranks, " ranks are too many for ", config.lanes(), " lanes",
      start.resumed ? absl::StrCat(", which ", start.resumed_from, " fixes") : std::string(),
      "; start at most ", config.lanes(), start.resumed ? "" : ", or set lanes to more"));
}

// The rates that word vectors are trained with are of single words, not of means over thousands.
absl::Status CheckWordVectorRun(const Dataset& dataset, const TrainingConfig& config) {
  const Task task = dataset.manifest().task();
  if (TraitsOf(task).layers) return absl::OkStatus();
  const bool glove = IsGlove(TaskOfModel(task), config.model());
  if (glove != TraitsOf(task).word_pairs) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.word_vectors.method is ",
        WordVectorSpec::Method_Name(config.model().word_vectors().method()), ", and ",
        dataset.folder(),
        glove ? " is a data set of text; count what stands together in it with elman-preprocess "
                "--cooccurrences_of, and train on that"
              : " a data set of co-occurrences; set model.word_vectors.method=GLOVE, or train on "
                "the text that was counted"));
  }
  if (config.micro_batches() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "micro_batches is ", config.micro_batches(),
        ": word vectors take no memory for a batch, however large; raise batch_size or "
        "sequence_length instead"));
  }
  if (config.loss().normalization() == LossSpec::SUM) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "loss.normalization is ", LossSpec::Normalization_Name(config.loss().normalization()),
      ": word vectors learn from summed gradients; set loss.normalization=SUM"));
}

}  // namespace

absl::StatusOr<TrainingConfig> ReadRunConfig(Communicator* communicator, const std::string& path,
                                             const std::vector<std::string>& overrides) {
  std::string text;
  absl::Status status;
  if (communicator->rank() == 0) {
    absl::StatusOr<std::string> read = ReadFile(path, kMaxConfigBytes);
    // A wrong --config is a mistake of the command line.
    if (!read.ok())
      status = absl::InvalidArgumentError(absl::StrCat("--config: ", read.status().message()));
    if (read.ok()) text = *std::move(read);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, status));
  BroadcastString(communicator, &text, 0);
  return ParseRunConfig(text, path, overrides);
}

absl::StatusOr<std::unique_ptr<RunDirectory>> OpenRunDirectory(Communicator* communicator,
                                                               const std::string& folder) {
  std::unique_ptr<RunDirectory> directory;
  absl::Status status;
  if (communicator->rank() == 0) {
    auto opened = RunDirectory::Open(folder);
    status = opened.status();
    if (opened.ok()) directory = *std::move(opened);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, status));
  return directory;
}

absl::StatusOr<RunStart> StartRun(Communicator* communicator, const Datasets& datasets,
                                  const RunDirectory* directory, const std::string& resume,
                                  const TrainingConfig& config) {
  const Dataset& dataset = *datasets[0];
  RunStart start;
  start.config = config;
  RETURN_IF_ERROR(SettleFeatures(datasets, start.config.mutable_model()));
  const TrainingConfig wanted = start.config;
  absl::Status status;
  if (communicator->rank() == 0) {
    const absl::StatusOr<std::string> path = FindCheckpoint(directory, resume);
    status = path.status();
    if (path.ok() && !path->empty()) status = Resume(datasets, directory, *path, wanted, &start);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, status));

  std::string header = start.checkpoint.header.SerializeAsString();
  BroadcastString(communicator, &start.resumed_from, 0);
  BroadcastString(communicator, &header, 0);
  start.resumed = !start.resumed_from.empty();
  start.checkpoint.header.ParseFromString(header);
  if (start.config.lanes() == 0) {
    start.config.set_lanes(start.resumed ? start.checkpoint.header.config().lanes()
                                         : communicator->size());
  }
  RETURN_IF_ERROR(CheckRanks(start.config, start, communicator->size()));
  RETURN_IF_ERROR(CheckWordVectorRun(dataset, start.config));
  if (start.config.schedule().kind() == ScheduleSpec::PLATEAU && !dataset.FindSplit("valid").ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("schedule.kind is PLATEAU, which needs a validation split, and ",
                     dataset.folder(), " has none; preprocess with --valid=FILE"));
  }
  RETURN_IF_ERROR(dataset.FindSplit("train").status());

  CheckpointHeader& run = start.checkpoint.header;
  run.set_task(TaskOfModel(dataset.manifest().task()));
  run.clear_fields();
  start.checkpoint.tables.clear();
  for (int field = 0; field < FieldsOfModel(dataset.manifest().task()); ++field) {
    const FieldEntry& entry = dataset.manifest().fields(field);
    CheckpointField* described = run.add_fields();
    described->set_name(entry.name());
    *described->mutable_tokenizer() = entry.tokenizer();
    *described->mutable_vocabulary() = entry.vocabulary();
    start.checkpoint.tables.push_back(
        {dataset.vocabulary_text(field), dataset.tokenizer_model(field)});
  }
  *run.mutable_config() = start.config;
  Provenance* provenance = run.mutable_provenance();
  provenance->set_host(HostName());
  provenance->set_ranks(communicator->size());
  provenance->set_elman_version(ELMAN_VERSION);
  provenance->set_onednn_version(OneDnnVersion());
  provenance->set_instruction_set(InstructionSet());
  provenance->clear_data_sets();
  for (const std::string& fingerprint : Fingerprints(datasets))
    provenance->add_data_sets(fingerprint);
  return start;
}

int64_t TotalSteps(const TrainingConfig& config, const BatchSource& source) {
  const int64_t by_epochs = config.max_epochs() * StepsPerEpoch(source, config.micro_batches());
  return config.max_steps() > 0 ? std::min<int64_t>(by_epochs, config.max_steps()) : by_epochs;
}

}  // namespace elman
