#include "trainer/eval/evaluator.h"

#include <utility>

#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/eval/sequence_evaluator.h"
#include "trainer/eval/stream_evaluator.h"
#include "trainer/eval/word_vector_evaluator.h"
#include "trainer/models/spec_shapes.h"

namespace elman {
namespace {

template <typename T>
void AddAll(const std::vector<T>& next, std::vector<T>* sums) {
  if (sums->empty()) sums->resize(next.size());
  for (size_t i = 0; i < next.size(); ++i) (*sums)[i] += next[i];
}

}  // namespace

EvaluationSums& EvaluationSums::operator+=(const EvaluationSums& next) {
  AddAll(next.real, &real);
  AddAll(next.whole, &whole);
  return *this;
}

absl::StatusOr<Evaluation> Evaluator::Evaluate(Model* model) {
  EvaluationSums total;
  for (int64_t part = 0; part < parts(); ++part) {
    ASSIGN_OR_RETURN(const EvaluationSums sums, EvaluatePart(model, part, nullptr));
    total += sums;
  }
  return Conclude(total);
}

absl::StatusOr<std::unique_ptr<Evaluator>> CreateEvaluator(std::shared_ptr<const Dataset> dataset,
                                                           std::string_view split,
                                                           const TrainingConfig& config) {
  const int batch_size = config.evaluation().batch_size();
  if (dataset->manifest().task() == LANGUAGE_MODEL)
    return CreateStreamEvaluator(std::move(dataset), split, batch_size, config.sequence_length(),
                                 TextUnitOf(config.model()), FeatureSize(config.model()));
  if (dataset->manifest().task() == EMBEDDING)
    return CreateWordVectorEvaluator(std::move(dataset), split, batch_size,
                                     config.sequence_length());
  return CreateSequenceEvaluator(std::move(dataset), split, batch_size,
                                 FeatureSize(config.model()));
}

}  // namespace elman
