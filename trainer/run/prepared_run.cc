#include "trainer/run/prepared_run.h"

#include <utility>
#include <vector>

#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/comm/agreement.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/optim/optimizer_factory.h"

namespace elman {
namespace {

constexpr char kValid[] = "valid";

}  // namespace

absl::StatusOr<PreparedRun> PrepareRun(Communicator* communicator, const Datasets& datasets,
                                       const RunOrigin& origin, const TrainingConfig& config) {
  PreparedRun run;
  run.communicator = communicator;
  run.datasets = datasets;
  ASSIGN_OR_RETURN(run.start,
                   StartRun(communicator, datasets, origin.directory, origin.resume, config));
  const DatasetManifest& manifest = datasets[0]->manifest();
  std::vector<VocabularySpec> vocabularies = VocabulariesOf(manifest.fields());
  vocabularies.resize(FieldsOfModel(manifest.task()));
  ASSIGN_OR_RETURN(run.model, CreateModel(TaskOfModel(manifest.task()), run.config().model(),
                                          vocabularies, datasets[0]->vocabulary().counts()));
  run.optimizer = CreateOptimizer(run.config().optimizer());
  auto source = CreateTrainingSource(datasets, run.config());
  RETURN_IF_ERROR(Agree(communicator, source.status()));
  run.source = *std::move(source);
  run.exchange = CreateExchange(communicator, *run.model, *run.optimizer, run.config());
  return run;
}

absl::Status PrepareState(const InitialVectors& vectors, PreparedRun* run) {
  run->state =
      std::make_unique<TrainingState>(run->communicator, run->model.get(), run->exchange.get(),
                                      run->optimizer.get(), run->source.get());
  if (run->start.resumed) {
    RETURN_IF_ERROR(run->state->Scatter(&run->start.checkpoint));
  } else {
    ASSIGN_OR_RETURN(run->start.remarks, BeginValues(run->config(), vectors, *run->datasets[0],
                                                     run->model->parameters(), run->state.get()));
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

absl::Status PrepareSamples(PreparedRun* run) {
  absl::Status status;
  if (run->communicator->rank() == 0 && run->config().logging().samples() > 0 &&
      run->datasets[0]->FindSplit(kValid).ok()) {
    auto created =
        CreateValidationSamples(run->datasets[0], kValid, run->config(), run->model.get());
    status = created.status();
    if (created.ok()) run->samples = *std::move(created);
  }
  return AgreeWithRoot(run->communicator, status);
}

}  // namespace elman
