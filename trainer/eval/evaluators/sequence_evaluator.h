// Evaluates models of whole sequences: tagging, classification, translation.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/eval/evaluators/label_metrics.h"

namespace elman {

// Reads `batch_size` sequences at a time, in the order of the split; each batch is a part. Models
// of labels are also evaluated by their predictions; for translators there is only the loss here
// (see translation_scorer.h). `feature_size` is the size of the input features, or 0 if the model
// reads none. `entities` is for tags.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateSequenceEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int feature_size, const EntitySpec& entities = {});

}  // namespace elman
