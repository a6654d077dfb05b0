#include "trainer/eval/evaluators/evaluator.h"

#include "data/io/status_macros.h"
#include "trainer/network/math/compute_scope.h"

namespace elman {

absl::StatusOr<Evaluation> Evaluator::Evaluate(Model* model) {
  const ComputeScope scope;
  EvaluationSums total;
  for (int64_t part = 0; part < parts(); ++part) {
    ASSIGN_OR_RETURN(const EvaluationSums sums, EvaluatePart(model, part, nullptr));
    total += sums;
  }
  return ComputeMetrics(total);
}

}  // namespace elman
