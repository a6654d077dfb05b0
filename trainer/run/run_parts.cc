#include "trainer/run/run_parts.h"

#include <utility>
#include <vector>

#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/comm/agreement.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/optim/optimizer_factory.h"
#include "trainer/state/training_state.h"

namespace elman {
namespace {

constexpr char kValid[] = "valid";

}  // namespace

absl::StatusOr<RunParts> CreateRunParts(Communicator* communicator, const Datasets& datasets,
                                        const TrainingConfig& config) {
  RunParts parts;
  const DatasetManifest& manifest = datasets[0]->manifest();
  std::vector<VocabularySpec> vocabularies = VocabulariesOf(manifest.fields());
  vocabularies.resize(FieldsOfModel(manifest.task()));
  ASSIGN_OR_RETURN(parts.model, CreateModel(TaskOfModel(manifest.task()), config.model(),
                                            vocabularies, datasets[0]->vocabulary().counts()));
  parts.optimizer = CreateOptimizer(config.optimizer());
  auto source = CreateTrainingSource(datasets, config);
  RETURN_IF_ERROR(Agree(communicator, source.status()));
  parts.source = *std::move(source);
  parts.exchange = CreateExchange(communicator, *parts.model, *parts.optimizer, config);
  return parts;
}

absl::StatusOr<std::unique_ptr<Evaluator>> CreateValidation(Communicator* communicator,
                                                            std::shared_ptr<const Dataset> dataset,
                                                            const TrainingConfig& config) {
  if (!dataset->FindSplit(kValid).ok()) return std::unique_ptr<Evaluator>();
  auto evaluator = CreateEvaluator(std::move(dataset), kValid, config);
  RETURN_IF_ERROR(Agree(communicator, evaluator.status()));
  return evaluator;
}

absl::StatusOr<std::unique_ptr<ValidationSamples>> CreateSamples(
    Communicator* communicator, std::shared_ptr<const Dataset> dataset,
    const TrainingConfig& config, Model* model) {
  std::unique_ptr<ValidationSamples> samples;
  absl::Status status;
  if (communicator->rank() == 0 && config.logging().samples() > 0 &&
      dataset->FindSplit(kValid).ok()) {
    auto created = CreateValidationSamples(std::move(dataset), kValid, config, model);
    status = created.status();
    if (created.ok()) samples = *std::move(created);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, status));
  return samples;
}

}  // namespace elman
