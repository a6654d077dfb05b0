// The figures of a model of whole sequences: tagging, classification, translation.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/eval/evaluators/label_metrics.h"

namespace elman {

// Reads `batch_size` sequences at a time, in the order of the split; a part is such a batch. Models
// of labels are judged by what they predict as well; a translator here by its loss alone,
// and by translation_judge.h. `feature_size` is that of the vectors that it reads with tokens, or
// 0. `entities` is for tags.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateSequenceEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int feature_size, const EntitySpec& entities = {});

}  // namespace elman
