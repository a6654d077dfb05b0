#include "trainer/run_parts.h"

#include <utility>

#include "data/batches/stream_batcher.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/models/model_factory.h"
#include "trainer/training_state.h"

namespace elman {
namespace {

constexpr char kTrain[] = "train";
constexpr char kValid[] = "valid";

}  // namespace

absl::StatusOr<RunParts> CreateRunParts(Communicator* communicator,
                                        std::shared_ptr<const Dataset> dataset,
                                        const TrainingConfig& config) {
  RunParts parts;
  const DatasetManifest& manifest = dataset->manifest();
  ASSIGN_OR_RETURN(parts.model,
                   CreateModel(manifest.task(), config.model(), manifest.fields(0).vocabulary()));
  parts.optimizer = CreateOptimizer(config.optimizer());
  auto source = CreateStreamBatcher(std::move(dataset), kTrain, config.batch_size(),
                                    config.sequence_length(), config.lanes());
  RETURN_IF_ERROR(Agree(communicator, source.status()));
  parts.source = *std::move(source);
  parts.exchange = CreateExchange(communicator, *parts.model, *parts.optimizer, config);
  return parts;
}

absl::StatusOr<std::unique_ptr<Evaluator>> CreateValidation(Communicator* communicator,
                                                            std::shared_ptr<const Dataset> dataset,
                                                            const TrainingConfig& config) {
  if (ValidationText(*dataset) == nullptr) return std::unique_ptr<Evaluator>();
  auto evaluator = Evaluator::Create(std::move(dataset), kValid, config.evaluation().batch_size(),
                                     config.sequence_length());
  RETURN_IF_ERROR(Agree(communicator, evaluator.status()));
  return evaluator;
}

const TextCounts* ValidationText(const Dataset& dataset) {
  const auto valid = dataset.FindSplit(kValid);
  return valid.ok() ? &(*valid)->counts(0) : nullptr;
}

}  // namespace elman
