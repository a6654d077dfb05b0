#include "trainer/run_parts.h"

#include <utility>

#include "data/batches/sequence_batcher.h"
#include "data/batches/stream_batcher.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/models/model_factory.h"
#include "trainer/training_state.h"

namespace elman {
namespace {

constexpr char kTrain[] = "train";
constexpr char kValid[] = "valid";

absl::StatusOr<std::unique_ptr<BatchSource>> CreateTrainingSource(
    std::shared_ptr<const Dataset> dataset, const TrainingConfig& config) {
  if (dataset->manifest().task() == LANGUAGE_MODEL) {
    return CreateStreamBatcher(std::move(dataset), kTrain, config.batch_size(),
                               config.sequence_length(), config.lanes());
  }
  return CreateSequenceBatcher(std::move(dataset), kTrain, config.batch_size(), config.lanes(),
                               {.shuffled = true, .seed = config.seed()});
}

}  // namespace

absl::StatusOr<RunParts> CreateRunParts(Communicator* communicator,
                                        std::shared_ptr<const Dataset> dataset,
                                        const TrainingConfig& config) {
  RunParts parts;
  const DatasetManifest& manifest = dataset->manifest();
  ASSIGN_OR_RETURN(parts.model,
                   CreateModel(manifest.task(), config.model(), VocabulariesOf(manifest.fields())));
  parts.optimizer = CreateOptimizer(config.optimizer());
  auto source = CreateTrainingSource(std::move(dataset), config);
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

}  // namespace elman
