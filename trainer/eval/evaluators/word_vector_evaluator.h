// Word vectors on a split: the loss of a word predicted.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

// The split is cut into `batch_size` streams, read `sequence_length` tokens at a time. Which words
// are read, windows and negatives are drawn as in training, the same for all models.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateWordVectorEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int sequence_length);

}  // namespace elman
