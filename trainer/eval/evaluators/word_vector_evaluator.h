// Word vectors on a split: the loss of a word predicted.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

// The split is cut into the streams of `config.evaluation`, where each line is a text, read
// config.sequence_length tokens at a time. Which words are read, windows and negatives are drawn as
// in training, the same for all models.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateWordVectorEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const TrainingConfig& config);

}  // namespace elman
