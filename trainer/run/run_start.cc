#include "trainer/run/run_start.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/comm/agreement.h"
#include "trainer/comm/host.h"
#include "trainer/exchange/topology.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/run/run_environment.h"

namespace elman {
namespace {

absl::Status CheckRanks(const TrainingConfig& config, const RunStart& start, int ranks) {
  if (config.lanes() > config.batch_size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch_size is ", config.batch_size(), ", too small for ", config.lanes(),
                     " lanes of at least one sequence each; start at most ",
                     CountText(config.batch_size(), "rank"),
                     " (elman-run without -n does), or set lanes or batch_size"));
  }
  if (ranks <= config.lanes()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      ranks, " ranks are more than ", CountText(config.lanes(), "lane"),
      start.resumed() ? absl::StrCat(", which ", start.resumed_from, " fixes") : std::string(),
      "; start at most ", CountText(config.lanes(), "rank"),
      start.resumed() ? "" : ", or increase lanes"));
}

// Checks that fields for models of other tasks have their defaults, because they would be ignored.
absl::Status CheckFieldsOfTask(Task task, const ModelSpec& model) {
  const struct {
    bool applies;
    const char* field;
    const char* purpose;
  } groups[] = {{task == TAGGING, "tagging", "taggers"},
                {task == CLASSIFICATION, "classification", "classifiers"},
                {task == TRANSLATION, "translation", "translators"},
                {task == EMBEDDING, "word_vectors", "word vectors"}};
  for (const auto& [applies, name, purpose] : groups) {
    if (applies) continue;
    const google::protobuf::Message& group =
        model.GetReflection()->GetMessage(model, ModelSpec::descriptor()->FindFieldByName(name));
    const std::unique_ptr<google::protobuf::Message> defaults(group.New());
    for (int i = 0; i < group.GetDescriptor()->field_count(); ++i) {
      const google::protobuf::FieldDescriptor* field = group.GetDescriptor()->field(i);
      std::string value, usual;
      google::protobuf::TextFormat::PrintFieldValueToString(group, field, -1, &value);
      google::protobuf::TextFormat::PrintFieldValueToString(*defaults, field, -1, &usual);
      if (value == usual) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("model.", name, ".", field->name(), " is ", value, ": it is for ", purpose,
                       ", and this is ", std::string(TraitsOf(task).model_noun),
                       "; leave it out, or use a configuration for this task (without --config, "
                       "one is chosen)"));
    }
  }
  if (IsRunningText(task)) return absl::OkStatus();
  const InitialStateSpec& state = model.initial_state();
  const bool resets = state.reset_probability() > 0;
  if (!resets && state.text() == InitialStateSpec::SPLIT) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.initial_state.", resets ? "reset_probability" : "text",
                   " is for language models, and this is ", std::string(TraitsOf(task).model_noun),
                   ", whose state is reset at every example; leave it out"));
}

// Checks the learning rate: that of word vectors applies to single words, not to means over
// thousands of them.
absl::Status CheckWordVectorRun(const Dataset& dataset, const TrainingConfig& config) {
  const Task task = dataset.manifest().task();
  if (TraitsOf(task).layers) return absl::OkStatus();
  const bool glove = IsGlove(TaskOfModel(task), config.model());
  if (glove != TraitsOf(task).word_pairs) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.word_vectors.method is ",
        WordVectorSpec::Method_Name(config.model().word_vectors().method()), ", and ",
        dataset.folder(),
        glove
            ? " is a data set of text; count its co-occurrences with elman-preprocess "
              "--cooccurrences_of, and train on these"
            : " is a data set of co-occurrences; set model.word_vectors.method=GLOVE, or train on "
              "the text that was counted"));
  }
  if (config.micro_batches() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("micro_batches is ", config.micro_batches(),
                     ": the memory of word vectors does not depend on the batch; increase "
                     "batch_size or sequence_length instead"));
  }
  if (config.loss().normalization() == LossSpec::SUM) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "loss.normalization is ", LossSpec::Normalization_Name(config.loss().normalization()),
      ", but ", dataset.folder(),
      " is a data set for word vectors, which learn from summed gradients; use a configuration "
      "for word vectors, such as --config=word_vectors, or set "
      "loss.normalization=SUM"));
}

// Sets how validation reads the split. A run is validated in the same way from start to end,
// because its best checkpoint depends on it.
void SettleStreams(const RunStart& start, EvaluationSpec* evaluation) {
  if (evaluation->streams() != EvaluationSpec::AUTO) return;
  evaluation->set_streams(EvaluationSpec::CONTEXT);
  if (!start.resumed()) return;
  const EvaluationSpec& before = start.checkpoint.header.config().evaluation();
  const bool old = before.streams() == EvaluationSpec::AUTO;  // from a version without the field
  evaluation->set_streams(old ? EvaluationSpec::EQUAL : before.streams());
}

// Sets the size of the groups of lanes that are added first. A resumed run keeps it; versions
// without the field had no groups.
void SettleLaneGroup(const RunStart& start, std::span<const int> node_of_rank,
                     TrainingConfig* config) {
  ExchangeSpec* const exchange = config->mutable_exchange();
  if (start.resumed()) {
    const int before = start.checkpoint.header.config().exchange().lane_group();
    return exchange->set_lane_group(std::max(1, before));
  }
  const int lanes = config->lanes();
  if (static_cast<int>(node_of_rank.size()) > lanes) return;  // CheckLanes reports it
  int group = exchange->lane_group();
  if (group == 0) group = Topology(node_of_rank, SumTree(lanes)).LanesOfNodes(0, 1).count();
  // Rounding depends on the groups.
  const bool rounds = exchange->wire_format() == ExchangeSpec::BF16;
  exchange->set_lane_group(rounds ? std::min(group, lanes) : SimplestGroup(lanes, group));
}

// Checks that the data set has what the configuration requires.
absl::Status CheckData(const Dataset& dataset, const TrainingConfig& config) {
  RETURN_IF_ERROR(CheckWordVectorRun(dataset, config));
  if (config.schedule().kind() == ScheduleSpec::PLATEAU && !dataset.FindSplit("valid").ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("schedule.kind is PLATEAU, which needs a validation split, and ",
                     dataset.folder(), " has none; preprocess with --valid=FILE"));
  }
  return dataset.FindSplit("train").status();
}

// Sets the task, the vocabularies, the configuration and the provenance of the run.
void DescribeRun(const Datasets& datasets, const TrainingConfig& config, int ranks,
                 Checkpoint* checkpoint) {
  const Dataset& dataset = *datasets[0];
  CheckpointHeader& run = checkpoint->header;
  run.set_task(TaskOfModel(dataset.manifest().task()));
  run.clear_fields();
  checkpoint->tables.clear();
  for (int field = 0; field < FieldsOfModel(dataset.manifest().task()); ++field) {
    const FieldEntry& entry = dataset.manifest().fields(field);
    CheckpointField* described = run.add_fields();
    described->set_name(entry.name());
    *described->mutable_tokenizer() = entry.tokenizer();
    *described->mutable_vocabulary() = entry.vocabulary();
    if (entry.has_columns()) *described->mutable_columns() = entry.columns();
    checkpoint->tables.push_back({dataset.vocabulary_text(field), dataset.tokenizer_model(field)});
  }
  *run.mutable_config() = config;
  Provenance* provenance = run.mutable_provenance();
  provenance->set_host(HostName());
  provenance->set_ranks(ranks);
  DescribeEnvironment(provenance);
  provenance->clear_data_sets();
  for (const auto& each : datasets) provenance->add_data_sets(SplitFingerprint(*each, "train"));
  if (const std::string valid = SplitFingerprint(dataset, "valid"); !valid.empty())
    run.mutable_progress()->set_validated_on(valid);
}

}  // namespace

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
                                  Take take, const TrainingConfig& config) {
  RunStart start;
  start.config = config;
  RETURN_IF_ERROR(SettleFeatures(datasets, start.config.mutable_model()));
  absl::Status status;
  if (communicator->rank() == 0) {
    auto point = FindStartingPoint(datasets, directory, resume, take, start.config);
    status = point.status();
    if (point.ok()) {
      start.resumed_from = std::move(point->path);
      start.taken = point->taken;
      start.own = point->own;
      start.events = std::move(point->events);
      start.checkpoint = std::move(point->checkpoint);
    }
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, status));

  std::string header = start.checkpoint.header.SerializeAsString();
  std::string taken(1, static_cast<char>(start.taken));
  BroadcastString(communicator, &start.resumed_from, 0);
  BroadcastString(communicator, &taken, 0);
  BroadcastString(communicator, &header, 0);
  start.taken = static_cast<Take>(taken[0]);
  start.checkpoint.header.ParseFromString(header);
  if (start.config.lanes() == 0) {
    start.config.set_lanes(start.resumed() ? start.checkpoint.header.config().lanes()
                                           : communicator->size());
  }
  SettleStreams(start, start.config.mutable_evaluation());
  SettleLaneGroup(start, communicator->NodeOfRank(), &start.config);
  RETURN_IF_ERROR(CheckData(*datasets[0], start.config));
  // A resumed run keeps its configuration; its unused fields are not checked.
  if (!start.resumed()) {
    RETURN_IF_ERROR(
        CheckFieldsOfTask(TaskOfModel(datasets[0]->manifest().task()), start.config.model()));
  }
  const Provenance before = start.checkpoint.header.provenance();
  DescribeRun(datasets, start.config, communicator->size(), &start.checkpoint);
  if (const std::string change = EnvironmentChange(before, start.checkpoint.header.provenance());
      start.resumed() && !change.empty()) {
    start.events.push_back(
        {"environment",
         absl::StrCat("the environment differs from that of the checkpoint: ", change,
                      "; results may differ in their last digits from those of a run that was not "
                      "interrupted")});
  }
  return start;
}

absl::Status CheckLanes(const RunStart& start, int ranks) {
  return CheckRanks(start.config, start, ranks);
}

int64_t TotalSteps(const TrainingConfig& config, const BatchSource& source) {
  const int64_t by_epochs = config.max_epochs() * StepsPerEpoch(source, config.micro_batches());
  return config.max_steps() > 0 ? std::min<int64_t>(by_epochs, config.max_steps()) : by_epochs;
}

}  // namespace elman
