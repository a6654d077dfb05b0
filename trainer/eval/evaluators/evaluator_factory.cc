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
  const int batch_size = config.evaluation().batch_size();
  if (dataset->manifest().task() == LANGUAGE_MODEL)
    return CreateStreamEvaluator(std::move(dataset), split, batch_size, config.sequence_length(),
                                 TextUnitOf(config.model()), FeatureSize(config.model()));
  if (dataset->manifest().task() == EMBEDDING)
    return CreateWordVectorEvaluator(std::move(dataset), split, batch_size,
                                     config.sequence_length());
  return CreateSequenceEvaluator(std::move(dataset), split, batch_size, FeatureSize(config.model()),
                                 entities);
}

}  // namespace elman
