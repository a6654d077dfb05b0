#include "trainer/run/prepared_run.h"

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/comm/agreement.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/optim/optimizer_factory.h"

namespace elman {
namespace {

constexpr char kValid[] = "valid";

// Checks that the model's parameters are those of the checkpoint that provides the initial weights
// of a new run.
absl::Status CheckWeights(const ParameterTable& table, const CheckpointHeader& header,
                          const std::string& path) {
  if (SameParameters(table, header)) return absl::OkStatus();
  const auto theirs = [&](int i) -> std::string {
    if (i >= header.parameters_size()) return "nothing";
    const ParameterEntry& entry = header.parameters(i);
    return absl::StrCat(entry.name(), " [", absl::StrJoin(entry.shape(), ", "), "]");
  };
  const auto ours = [&](int i) -> std::string {
    if (i >= std::ssize(table.parameters())) return "nothing";
    const Parameter& parameter = table.parameters()[i];
    return absl::StrCat(parameter.name, " [", parameter.rows, ", ", parameter.cols, "]");
  };
  int first = 0;
  while (ours(first) == theirs(first) && ours(first) != "nothing") ++first;
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": has ", theirs(first), " where the model of this configuration has ", ours(first),
      "; a run can only start with weights of the same model: use the model fields of that run"));
}

}  // namespace

absl::StatusOr<PreparedRun> PrepareRun(Communicator* communicator, const Datasets& datasets,
                                       const RunOrigin& origin, const TrainingConfig& config) {
  PreparedRun run;
  run.communicator = communicator;
  run.datasets = datasets;
  ASSIGN_OR_RETURN(run.start, StartRun(communicator, datasets, origin.directory, origin.resume,
                                       origin.take, config));
  const DatasetManifest& manifest = datasets[0]->manifest();
  std::vector<VocabularySpec> vocabularies = VocabulariesOf(manifest.fields());
  vocabularies.resize(FieldsOfModel(manifest.task()));
  ASSIGN_OR_RETURN(run.model, CreateModel(TaskOfModel(manifest.task()), run.config().model(),
                                          vocabularies, datasets[0]->vocabulary().counts()));
  run.optimizer = CreateOptimizer(run.config().optimizer());
  ASSIGN_OR_RETURN(run.left_out, FindLongExamples(communicator, datasets, run.config()));
  // After the errors that do not depend on the number of ranks: elman-run chooses this number with
  // a start of one rank, which may have failed with one of them.
  RETURN_IF_ERROR(CheckLanes(run.start, communicator->size()));
  auto source = CreateTrainingSource(datasets, run.config(), run.left_out);
  RETURN_IF_ERROR(Agree(communicator, source.status()));
  run.source = *std::move(source);
  run.exchange_plan.emplace(PlanExchange(communicator, *run.model, *run.optimizer, run.config()));
  return run;
}

void PrepareExchange(PreparedRun* run) {
  if (run->exchange) return;
  run->exchange = std::make_unique<GradientExchange>(run->communicator, *run->exchange_plan);
}

absl::Status PrepareState(const InitialVectors& vectors, PreparedRun* run) {
  PrepareExchange(run);
  run->state =
      std::make_unique<TrainingState>(run->communicator, run->model.get(), run->exchange.get(),
                                      run->optimizer.get(), run->source.get());
  RunStart& start = run->start;
  if (start.resumed_from.empty()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> lines,
                     BeginValues(run->config(), vectors, *run->datasets[0],
                                 run->model->parameters(), run->state.get()));
    for (const std::string& line : lines) start.events.push_back({"vectors", line});
  } else {
    if (!start.resumed()) {
      RETURN_IF_ERROR(
          CheckWeights(run->model->parameters(), start.checkpoint.header, start.resumed_from));
      run->state->BeginMissing(&start.checkpoint);
    }
    RETURN_IF_ERROR(run->state->Scatter(&start.checkpoint));
  }
  DescribeParameters(run->model->parameters(), &run->start.checkpoint.header);
  return absl::OkStatus();
}

absl::Status PrepareEvaluator(PreparedRun* run) {
  if (!run->datasets[0]->FindSplit(kValid).ok()) return absl::OkStatus();
  auto evaluator = CreateEvaluator(run->datasets[0], kValid, run->config());
  RETURN_IF_ERROR(Agree(run->communicator, evaluator.status()));
  run->evaluator = *std::move(evaluator);
  return absl::OkStatus();
}

void PrepareSamples(PreparedRun* run) {
  if (run->communicator->rank() != 0 || run->config().logging().samples() == 0 ||
      !run->datasets[0]->FindSplit(kValid).ok())
    return;
  auto created = CreateValidationSamples(run->datasets[0], kValid, run->config(), run->model.get());
  if (created.ok()) {
    run->samples = *std::move(created);
  } else {
    run->start.events.push_back(
        {"warning", absl::StrCat("warning: no samples are shown: ", created.status().message())});
  }
}

}  // namespace elman
