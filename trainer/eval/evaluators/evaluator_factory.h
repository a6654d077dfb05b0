// Creates the evaluator of a task. New tasks are added here.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/eval/evaluators/label_metrics.h"

namespace elman {

// For a model of the data set's task. `config` determines how the split is read; `entities`, only
// for TAGGING, how entities are counted.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateEvaluator(std::shared_ptr<const Dataset> dataset,
                                                           std::string_view split,
                                                           const TrainingConfig& config,
                                                           const EntitySpec& entities = {});

}  // namespace elman
