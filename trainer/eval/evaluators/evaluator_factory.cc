#include "trainer/eval/evaluators/evaluator_factory.h"

#include <utility>

#include "trainer/eval/evaluators/sequence_evaluator.h"
#include "trainer/eval/evaluators/stream_evaluator.h"
#include "trainer/eval/evaluators/word_vector_evaluator.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {

absl::StatusOr<std::unique_ptr<Evaluator>> CreateEvaluator(std::shared_ptr<const Dataset> dataset,
                                                           std::string_view split,
                                                           const TrainingConfig& config,
                                                           const EntitySpec& entities) {
  if (dataset->manifest().task() == LANGUAGE_MODEL)
    return CreateStreamEvaluator(std::move(dataset), split, config);
  if (dataset->manifest().task() == EMBEDDING)
    return CreateWordVectorEvaluator(dataset, split, config);
  return CreateSequenceEvaluator(std::move(dataset), split, config.evaluation().batch_size(),
                                 FeatureSize(config.model()), entities);
}

}  // namespace elman
