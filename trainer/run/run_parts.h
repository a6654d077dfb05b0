// What a configuration computes with on a data set.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/network/models/model.h"
#include "trainer/optim/optimizer.h"
#include "trainer/run/training_data.h"
#include "trainer/validation/validation_samples.h"

namespace elman {

struct RunParts {
  std::unique_ptr<Model> model;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<BatchSource> source;         // of the splits train
  std::unique_ptr<GradientExchange> exchange;  // of the model's parameters, over the config's lanes
};

// `config` is complete, its lanes settled. The communicator must outlive the parts. Collective; an
// error is the same on every rank.
absl::StatusOr<RunParts> CreateRunParts(Communicator* communicator, const Datasets& datasets,
                                        const TrainingConfig& config);

// What a run validates with: null where the data set has no split valid. Collective, likewise.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateValidation(Communicator* communicator,
                                                            std::shared_ptr<const Dataset> dataset,
                                                            const TrainingConfig& config);

// What rank 0 shows of what is validated: null on the others, and where nothing is to be shown.
// Collective, likewise.
absl::StatusOr<std::unique_ptr<ValidationSamples>> CreateSamples(
    Communicator* communicator, std::shared_ptr<const Dataset> dataset,
    const TrainingConfig& config, Model* model);

}  // namespace elman
