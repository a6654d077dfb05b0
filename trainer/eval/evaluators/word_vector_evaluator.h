// Evaluates word vectors: the loss per predicted word on a split.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

// The split is divided into the streams of `config.evaluation`, where each line is a text, and read
// config.sequence_length tokens at a time. Subsampling, windows and negatives are random as in
// training, but the same for all models.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateWordVectorEvaluator(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config);

}  // namespace elman
